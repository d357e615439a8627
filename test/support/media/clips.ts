import {
  BufferSource,
  BufferTarget,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  type InputTrack,
  MATROSKA,
  MP4,
  Mp4OutputFormat,
  Output,
  WEBM,
} from 'mediabunny';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** One of the small files that `make-clips.sh` makes. */
export async function clip(name: string): Promise<Buffer> {
  return readFile(new URL(name, import.meta.url));
}

export type TrackFacts = {
  codec: string | null;
  /** Seconds. */
  from: number;
  duration: number;
  timestamps: number[];
  /** Of all packets' bytes. */
  sha256: string;
};

/** What a media file really holds, packet by packet. */
export async function tracksOf(file: Buffer): Promise<{ video: TrackFacts | null; audio: TrackFacts | null }> {
  using input = new Input({ source: new BufferSource(file), formats: [MP4, WEBM, MATROSKA] });
  return {
    video: await factsOf(await input.getPrimaryVideoTrack()),
    audio: await factsOf(await input.getPrimaryAudioTrack()),
  };
}

async function factsOf(track: InputTrack | null): Promise<TrackFacts | null> {
  if (track === null) return null;
  const hash = createHash('sha256');
  const timestamps: number[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) {
    timestamps.push(packet.timestamp);
    hash.update(packet.data);
  }
  const from = await track.getFirstTimestamp();
  const duration = (await track.computeDuration()) - from;
  return { codec: await track.getCodec(), from, duration, timestamps, sha256: hash.digest('hex') };
}

/** The clip `avc.mp4` again and again, each packet blown up by a filler that decoders skip. */
export async function hugePicture({
  times,
  fillerBytes,
  speed = 1,
}: {
  times: number;
  fillerBytes: number;
  speed?: number;
}): Promise<Buffer> {
  using input = new Input({ source: new BufferSource(await clip('avc.mp4')), formats: [MP4] });
  const track = (await input.getPrimaryVideoTrack())!;
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'fragmented' }), target });
  const source = new EncodedVideoPacketSource('avc');
  output.addVideoTrack(source);
  await output.start();
  const decoderConfig = (await track.getDecoderConfig())!;
  const length = await track.computeDuration();
  for (let round = 0; round < times; round += 1) {
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const data = Buffer.concat([packet.data, filler(fillerBytes)]);
      await source.add(
        new EncodedPacket(data, packet.type, (packet.timestamp + round * length) / speed, packet.duration / speed),
        {
          decoderConfig,
        },
      );
    }
  }
  await output.finalize();
  return Buffer.from(target.buffer!);
}

/** A NAL unit of type 12, as H.264 in MP4 is written: its length before it. */
function filler(bytes: number): Buffer {
  const unit = Buffer.alloc(4 + bytes, 0xff);
  unit.writeUInt32BE(bytes);
  unit[4] = 12;
  unit[unit.length - 1] = 0x80;
  return unit;
}
