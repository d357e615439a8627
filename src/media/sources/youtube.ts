import type { Dispatcher } from 'undici';
import type { YouTubeClient } from '../../../contract/sources.ts';
import { SourceFailed } from '../source-failed.ts';
import type { Source } from '../source.ts';
import { libraryFetch } from './library-fetch.ts';
import { inspectListing, type Listing, resolveListing } from './listing.ts';
import { readPlayerResponse } from './player-response.ts';
import { SourceBroken } from './source-broken.ts';
import { videoIdOf } from './youtube-url.ts';

type YouTubeOptions = { dispatcher: Dispatcher; clients: readonly YouTubeClient[] };

/**
 * YouTube, by youtubei.js speaking for one of YouTube's own programs. Only clients whose media needs no deciphering are asked,
 * so none of YouTube's JavaScript is ever run. A client that gets nothing usable passes the question to the next one.
 */
export function youtubeSource({ dispatcher, clients }: YouTubeOptions): Source {
  /** YouTube's name for this visitor, kept between videos as a browser keeps it. */
  let visitorData: string | undefined;

  async function list(id: string, client: YouTubeClient, signal: AbortSignal): Promise<Listing> {
    // Loaded when first needed: most downloads never meet YouTube, and it is the largest package of all.
    const { Constants, Innertube, Log } = await import('youtubei.js');
    // It would write about itself to the console; what matters arrives here as errors.
    Log.setLevel(Log.Level.NONE);
    const innertube = await Innertube.create({
      fetch: libraryFetch({ dispatcher, allow: isYouTubeApi, signal }),
      retrieve_player: false,
      retrieve_innertube_config: false,
      enable_session_cache: false,
      lang: 'en',
      ...(visitorData !== undefined && { visitor_data: visitorData, generate_session_locally: true }),
    });
    signal.throwIfAborted();
    visitorData = innertube.session.context.client.visitorData;
    const headers = { 'user-agent': Constants.CLIENTS[client].USER_AGENT };
    // Not `getBasicInfo`: the raw answer keeps what YouTube says of a video it does not give out.
    const { data } = await innertube.actions.execute('/player', {
      videoId: id,
      client,
      racyCheckOk: true,
      contentCheckOk: true,
      playbackContext: { contentPlaybackContext: { vis: 0, splay: false, lactMilliseconds: '-1' } },
    });
    return readPlayerResponse(data, id, headers);
  }

  async function firstClient<T>(url: URL, signal: AbortSignal, use: (listing: Listing) => Promise<T>): Promise<T> {
    const broken: Error[] = [];
    for (const client of clients) {
      try {
        return await use(await list(videoIdOf(url) ?? '', client, signal));
      } catch (error) {
        signal.throwIfAborted();
        // Whatever it was, it was said to this visitor.
        visitorData = undefined;
        if (error instanceof SourceFailed) throw error;
        broken.push(
          new Error(`${client}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }),
        );
      }
    }
    throw new SourceBroken(broken.map(({ message }) => message).join('; '), { cause: new AggregateError(broken) });
  }

  return {
    name: 'youtube',
    handles: (url) => videoIdOf(url) !== null,
    resolve: (url, quality, signal) =>
      firstClient(url, signal, (listing) => resolveListing(listing, quality, { dispatcher, signal })),
    inspect: (url, signal) => firstClient(url, signal, async (listing) => inspectListing(listing)),
  };
}

const isYouTubeApi = ({ protocol, host }: URL): boolean => protocol === 'https:' && host === 'www.youtube.com';
