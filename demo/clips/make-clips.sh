#!/bin/sh
# Makes the clips of the demo with ffmpeg (Debian: apt-get install ffmpeg): generated pictures and tones, nobody's rights.
# The same ffmpeg makes the same bytes: one thread, no date and no version in the files.
set -eu
cd "$(dirname "$0")"

clip() { # name seconds picture tone bitrate
  ffmpeg -hide_banner -loglevel error -nostdin -y \
    -f lavfi -i "$3" -f lavfi -i "$4" -t "$2" \
    -c:v libx264 -preset veryslow -profile:v high -pix_fmt yuv420p -b:v "$5" -maxrate "$5" -bufsize "$5" -threads 1 \
    -c:a aac -b:a 48k -ac 1 -movflags +faststart -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
    "$1.mp4"
}

clip recife 10 'testsrc2=size=480x270:rate=24' 'sine=frequency=392:beep_factor=4:sample_rate=44100' 160k
clip olinda 9 'mandelbrot=size=480x270:rate=24:end_scale=0.02:end_pts=216' 'sine=frequency=262:sample_rate=44100,tremolo=f=3:d=0.6' 170k
clip sertao 8 'life=size=240x135:mold=12:rate=24:ratio=0.2:seed=7:death_color=#7c2d12:life_color=#fb923c,scale=480:270:flags=neighbor' 'sine=frequency=330:sample_rate=44100,vibrato=f=5:d=0.4' 200k
