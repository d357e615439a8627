import type { Dispatcher } from 'undici';
import type { SourceName, YouTubeClient } from '../../../contract/sources.ts';
import type { Source } from '../source.ts';
import { directSource } from './direct.ts';
import { ytDlpSource } from './yt-dlp.ts';
import { youtubeSource } from './youtube.ts';
import { ytdlCoreSource } from './ytdl-core.ts';

export type SourceSettings = {
  /** Guarded; every request of every source but `ytdl-core` and `yt-dlp` goes through it, and all media. */
  dispatcher: Dispatcher;
  /** The sources to ask, in this order. */
  order: readonly SourceName[];
  youtubeClients: readonly YouTubeClient[];
  /** The program `yt-dlp`; without it the source of that name is not asked, also when it is named. */
  ytDlp?: { path: string; hosts: readonly string[] } | undefined;
  /** Origins to go to instead of some hosts: for `ytdl-core`, which knows no dispatcher. On a laptop alone. */
  hostOverrides?: Record<string, string> | undefined;
};

/** The sources that the configuration names, in its order. */
export function configuredSources(settings: SourceSettings): Source[] {
  const { dispatcher, order, youtubeClients, ytDlp, hostOverrides = {} } = settings;
  return order.flatMap((name): Source[] => {
    switch (name) {
      case 'youtube':
        return [youtubeSource({ dispatcher, clients: youtubeClients })];
      case 'ytdl-core':
        return [ytdlCoreSource({ dispatcher, hostOverrides })];
      case 'yt-dlp':
        return ytDlp === undefined ? [] : [ytDlpSource({ dispatcher, ...ytDlp })];
      case 'direct':
        return [directSource({ dispatcher })];
    }
  });
}
