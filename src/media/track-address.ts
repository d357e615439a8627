import { BeginAnew } from './interruptions.ts';
import type { SourceFailed } from './source-failed.ts';
import type { Track } from './source.ts';
import { agree } from './validators.ts';

/** Where a track is to be had now. `generation` counts the addresses: what one of them was refused says nothing of the next. */
export type Address = Pick<Track, 'url' | 'headers'> & { generation: number };

export type TrackAddress = {
  now(): Address;
  /** The address gave bytes: if it is refused later, it has expired. */
  good(generation: number): void;
  /** The address was refused. Finds a new one, once for all who ask; throws the refusal when the address was never good. */
  renew(generation: number, refusal: SourceFailed): Promise<void>;
};

/** The address of a track, renewed when it expires. `refresh` asks the source again; it must still offer the same file. */
export function trackAddress(track: Track, refresh: () => Promise<Track>): TrackAddress {
  let address: Address = { url: track.url, headers: track.headers, generation: 0 };
  let wasGood = false;
  let renewing: Promise<void> | null = null;

  const renewed = async (): Promise<void> => {
    const { url, headers, length, validators } = await refresh();
    const sameLength = track.length === null || length === null || track.length === length;
    if (!sameLength || !agree(track.validators, validators)) throw new BeginAnew('the source offers another file now');
    address = { url, headers, generation: address.generation + 1 };
    wasGood = false;
  };

  return {
    now: () => address,
    good(generation) {
      if (generation === address.generation) wasGood = true;
    },
    async renew(generation, refusal) {
      if (generation !== address.generation) return;
      if (!wasGood) throw refusal;
      renewing ??= renewed().finally(() => {
        renewing = null;
      });
      await renewing;
    },
  };
}
