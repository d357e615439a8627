#!/bin/sh
# Makes the clips that the stand-in of YouTube serves, one file for each of its formats: three seconds of a test picture and of
# a tone, as small as they get. Run by hand, with ffmpeg 5 or newer, when a format is added; the clips are committed.
# shellcheck disable=SC2086 # the variables below are lists of options
set -eu
cd "$(dirname "$0")"

tone='-f lavfi -i sine=frequency=440:duration=3'
exact='-fflags +bitexact -flags +bitexact'
h264='-c:v libx264 -preset veryslow -crf 34 -pix_fmt yuv420p'
vp9='-c:v libvpx-vp9 -deadline good -cpu-used 4 -crf 48 -b:v 0 -pix_fmt yuv420p'
# As YouTube's adaptive formats are.
fragmented='-movflags +frag_keyframe+empty_moov+default_base_moof'

picture() { echo "-f lavfi -i testsrc=size=$1:rate=25:duration=3"; }
make() { ffmpeg -nostdin -loglevel error -y "$@"; }

make $(picture 1920x1080) $h264 $exact $fragmented 137.mp4
make $(picture 1280x720) $h264 $exact $fragmented 136.mp4
make $(picture 854x480) $h264 $exact $fragmented 135.mp4
make $(picture 640x360) $h264 $exact $fragmented 134.mp4
make $(picture 426x240) $h264 $exact $fragmented 133.mp4
make $(picture 256x144) $h264 $exact $fragmented 160.mp4
make $(picture 1920x1080) $vp9 $exact 248.webm
make $tone -c:a aac -b:a 128k -ar 44100 -ac 2 $exact $fragmented 140.m4a
make $tone -c:a libopus -b:a 128k -ar 48000 -ac 2 $exact 251.webm
make $(picture 640x360) $tone $h264 -c:a aac -b:a 96k -ac 2 $exact -movflags +faststart 18.mp4
