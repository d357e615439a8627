type Playability = { status: string; reason?: string; messages?: string[]; errorScreen?: unknown };

/** How the stand-in treats one video. Playability in YouTube's own words. */
export type Video = {
  playability?: Playability;
  live?: boolean;
  /** Formats by SABR alone: none has an address of its own. These clients; the others are served. */
  sabrFor?: readonly string[];
  /** Media that is refused to who resolved it as one of these clients. */
  refusedTo?: readonly string[];
  except?: number[];
  /** The whole answer of the player instead: a status with headers. */
  answer?: { status: number; headers?: Record<string, string> };
  answersAbout?: string;
  /** Never answers at all. */
  silent?: boolean;
};

const subreason = (words: string) => ({ playerErrorMessageRenderer: { subreason: { simpleText: words } } });
const EVERY = ['VISIONOS', 'iOS', 'ANDROID', 'ANDROID_VR', 'WEB'];
const ADAPTIVE = [137, 136, 135, 134, 133, 160, 248, 140, 251];

/** By id: eleven characters, as everywhere at YouTube. */
export const VIDEOS: Record<string, Video> = {
  ok_________: {},
  progressive: { except: ADAPTIVE },
  noformats__: { sabrFor: EVERY },
  sabr_______: { sabrFor: ['VISIONOS'] },
  webonly____: { sabrFor: ['VISIONOS', 'iOS'] },
  forbidden__: { refusedTo: ['VISIONOS'] },
  stranger___: { answersAbout: 'aQvGIIdgFDM' },
  silent_____: { silent: true },
  bot________: { playability: { status: 'LOGIN_REQUIRED', reason: 'Sign in to confirm you’re not a bot' } },
  sorry______: { answer: { status: 302, headers: { location: 'https://www.google.com/sorry/index?continue=x' } } },
  ratelimited: { answer: { status: 429, headers: { 'retry-after': '3600' } } },
  session____: {
    playability: {
      status: 'UNPLAYABLE',
      reason: 'Video unavailable',
      errorScreen: subreason('The current session has been rate-limited by YouTube for up to an hour.'),
    },
  },
  down_______: { answer: { status: 503 } },
  decayed____: { answer: { status: 400 } },
  private____: {
    playability: {
      status: 'LOGIN_REQUIRED',
      reason: 'Private video',
      messages: ['This is a private video. Please sign in to verify that you may see it.'],
    },
  },
  members____: {
    playability: {
      status: 'UNPLAYABLE',
      reason: 'Join this channel to get access to members-only content like this video, and other exclusive perks.',
    },
  },
  agegated___: { playability: { status: 'LOGIN_REQUIRED', reason: 'Sign in to confirm your age' } },
  live_______: { live: true },
  premiere___: { playability: { status: 'LIVE_STREAM_OFFLINE', reason: 'Premieres in 3 hours' } },
  geo________: {
    playability: {
      status: 'UNPLAYABLE',
      reason: 'Video unavailable',
      errorScreen: subreason('The uploader has not made this video available in your country'),
    },
  },
  removed____: {
    playability: { status: 'ERROR', reason: 'This video has been removed by the uploader' },
  },
  unavailable: { playability: { status: 'ERROR', reason: 'Video unavailable' } },
  unwelcome__: { playability: { status: 'UNPLAYABLE', reason: 'This content isn’t available on this app.' } },
};
