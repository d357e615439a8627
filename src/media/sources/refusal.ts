import type { DownloadFailureCode } from '../../../contract/download-failure.ts';

/** In this order: "Sign in to confirm your age" is also a sign-in, a private video is also unavailable. */
const REFUSALS: readonly [RegExp, DownloadFailureCode][] = [
  [/not a bot|unusual traffic|automated queries/i, 'source_blocked'],
  [/rate.?limited|too many requests|HTTP Error 429|status code:? 429/i, 'source_rate_limited'],
  [
    /confirm your age|age.?restrict|AGE_CHECK_REQUIRED|AGE_VERIFICATION_REQUIRED|inappropriate for some/i,
    'source_age_restricted',
  ],
  [
    /private video|video is private|members.only|channel's members|join this channel|requires payment/i,
    'source_private',
  ],
  [/(in|from) your (country|location)|blocked it on copyright grounds in/i, 'source_geo_blocked'],
  [
    /LIVE_STREAM_OFFLINE|live event (will|has)|live stream recording is not available|premieres? (in|will)|is_upcoming/i,
    'source_live',
  ],
  [
    /has been (removed|terminated)|no longer available|account.+terminated|does ?n[o']t exist|^ERROR\b.*video (is )?(unavailable|not available)/i,
    'source_not_found',
  ],
  [/^LOGIN_REQUIRED\b/, 'source_private'],
];

/**
 * What a site's own English words say of a video it does not give out; null when they say nothing final, as when only the
 * program that asked is unwelcome.
 */
export function refusalOf(words: string): DownloadFailureCode | null {
  const plain = words.replaceAll('’', "'");
  return REFUSALS.find(([pattern]) => pattern.test(plain))?.[1] ?? null;
}
