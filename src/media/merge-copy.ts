import {
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  type Input,
  type InputAudioTrack,
  type InputTrack,
  type InputVideoTrack,
  type MediaSource,
  Mp4OutputFormat,
  Output,
  StreamTarget,
  type StreamTargetChunk,
} from 'mediabunny';
import { SourceFailed } from './source-failed.ts';

/** The library writes what belongs to half a second at once: no such media has more, and a file that claims so is broken. */
const MOST_HELD_BYTES = 64 * 1024 * 1024;

/** Where the copying is: bytes of packets so far, seconds on the media's clock, and where that clock will end, if known. */
export type Position = { bytes: number; seconds: number; duration: number | null };

type CopyOptions = {
  /**
   * Takes bytes of the file: each the next ones, but for a few near its front that are written again at the end. Must not
   * fail: the library would leave the rejection unhandled.
   */
  write: (chunk: Uint8Array, position: number) => Promise<void>;
  onPosition: (position: Position) => void;
  signal: AbortSignal;
};

/** One track on its way into the file. */
type Lane = {
  /** Seconds on the media's clock that were copied. */
  reached(): number;
  /** The bytes of the packet that was copied; null when there was none left. */
  copyNext(): Promise<number | null>;
};

/**
 * Copies the picture of one file and the sound of another into one MP4, its index at the end. Nothing is transcoded.
 * Throws `merge_failed`, naming the codecs.
 */
export async function copyIntoMp4(inputs: { video: Input; audio: Input }, options: CopyOptions): Promise<void> {
  let codecs = 'unreadable';
  try {
    const video = present(await inputs.video.getPrimaryVideoTrack(), 'picture');
    const audio = present(await inputs.audio.getPrimaryAudioTrack(), 'sound');
    codecs = `${await codecName(video)} and ${await codecName(audio)}`;
    await copyTracks(video, audio, options);
  } catch (error) {
    throw new SourceFailed('merge_failed', `${codecs}: ${messageOf(error)}`, { cause: error });
  }
}

async function copyTracks(video: InputVideoTrack, audio: InputAudioTrack, options: CopyOptions): Promise<void> {
  const { write, onPosition, signal } = options;
  let held = 0;
  const file = new WritableStream<StreamTargetChunk>({
    write: ({ data, position }) => {
      held -= data.length;
      return write(data, position);
    },
  });
  // Not fragmented: players built on ffmpeg show the frames of such a file late, by as much as B-frames reorder them.
  const format = new Mp4OutputFormat({ fastStart: false });
  const output = new Output({ format, target: new StreamTarget(file) });
  let lanes = [await videoLane(video, output), await audioLane(audio, output)];
  const duration = await durationOf([video, audio]);
  await output.start();

  let bytes = 0;
  while (lanes.length > 0) {
    signal.throwIfAborted();
    // The one behind first: else the other's packets would pile up in memory.
    const behind = mostBehind(lanes);
    const copied = await behind.copyNext();
    if (copied === null) {
      lanes = lanes.filter((lane) => lane !== behind);
      continue;
    }
    bytes += copied;
    held += copied;
    if (held > MOST_HELD_BYTES) throw new Error('too many bytes at one time');
    onPosition({ bytes, seconds: mostBehind(lanes).reached(), duration });
  }
  await output.finalize();
}

function mostBehind(lanes: Lane[]): Lane {
  return lanes.reduce((a, b) => (b.reached() < a.reached() ? b : a));
}

async function videoLane(track: InputVideoTrack, output: Output): Promise<Lane> {
  const source = new EncodedVideoPacketSource(copyable(await track.getCodec()));
  output.addVideoTrack(source, { transformationMatrix: await track.getTransformationMatrix() });
  const decoderConfig = present(await track.getDecoderConfig(), 'decoder configuration');
  return lane(track, source, (packet) => source.add(packet, { decoderConfig }));
}

async function audioLane(track: InputAudioTrack, output: Output): Promise<Lane> {
  const source = new EncodedAudioPacketSource(copyable(await track.getCodec()));
  output.addAudioTrack(source);
  const decoderConfig = present(await track.getDecoderConfig(), 'decoder configuration');
  return lane(track, source, (packet) => source.add(packet, { decoderConfig }));
}

function lane(track: InputTrack, source: MediaSource, add: (packet: EncodedPacket) => Promise<void>): Lane {
  const sink = new EncodedPacketSink(track);
  let last: EncodedPacket | null = null;
  let reached = -Infinity;
  return {
    reached: () => reached,

    async copyNext() {
      // Not `sink.packets()`: it reads as many ahead as were copied in the last second.
      const options = { verifyKeyPackets: true };
      const next = last === null ? await sink.getFirstPacket(options) : await sink.getNextPacket(last, options);
      if (next === null) {
        if (last === null) throw new Error('a track without packets');
        source.close();
        return null;
      }
      last = next;
      // Some files have key frames that are shown before their predecessors; the library takes them as ordinary frames alone.
      await add(next.type === 'key' && next.timestamp < reached ? next.clone({ type: 'delta' }) : next);
      reached = Math.max(reached, next.timestamp);
      return next.byteLength;
    },
  };
}

/** The end of the longer track, as far as the files' headers tell. */
async function durationOf(tracks: InputTrack[]): Promise<number | null> {
  const durations = await Promise.all(tracks.map((track) => track.getDurationFromMetadata()));
  return durations.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)));
}

async function codecName(track: InputTrack): Promise<string> {
  const name = (await track.getCodecParameterString()) ?? track.internalCodecId;
  return typeof name === 'string' || typeof name === 'number' ? `${name}` : 'an unknown codec';
}

function copyable<Codec>(codec: Codec | null): Codec {
  if (codec === null) throw new Error('cannot be copied into MP4');
  return codec;
}

function present<T>(value: T | null, what: string): T {
  if (value === null) throw new Error(`no ${what}`);
  return value;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
