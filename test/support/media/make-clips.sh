#!/bin/sh
# Makes the tracks that the merge tests put together: a few seconds of a test picture or of a tone, each as some source offers it.
# Run by hand, with ffmpeg 5 or newer, when one is added; the clips are committed.
# shellcheck disable=SC2086 # the variables below are lists of options
set -eu
cd "$(dirname "$0")"

picture='-f lavfi -i testsrc=size=128x72:rate=30000/1001:duration=4 -pix_fmt yuv420p'
# Longer than the picture.
tone='-f lavfi -i sine=frequency=440:duration=5'
exact='-fflags +bitexact -flags +bitexact'
# B-frames, also such as are shown before the key frame they follow.
h264='-c:v libx264 -preset veryslow -crf 34 -bf 3 -g 30 -x264-params open-gop=1'
fragmented='-movflags +frag_keyframe+empty_moov+default_base_moof'

make() { ffmpeg -nostdin -loglevel error -y "$@"; }

make $picture $h264 $exact avc.mp4
make -i avc.mp4 -c copy $exact $fragmented avc-fragmented.mp4
make -i avc.mp4 -c copy $exact avc.mkv
make $picture -c:v libvpx-vp9 -deadline good -cpu-used 4 -crf 48 -b:v 0 $exact vp9.webm
make $picture -c:v libaom-av1 -cpu-used 8 -crf 48 $exact av1.mp4
make $picture -c:v mpeg4 -q:v 20 $exact mpeg4.mp4
make $tone -c:a aac -b:a 64k -ar 44100 -ac 2 $exact aac.m4a
make $tone -c:a libopus -b:a 48k -ar 48000 -ac 2 $exact opus.webm
