import type { Quality } from '../../../contract/download.ts';
import { SourceFailed } from '../source-failed.ts';

/** The media exists, but not in the quality asked for. */
export class QualityNotAvailable extends SourceFailed {
  constructor(asked: Quality, available: readonly Quality[]) {
    super('quality_not_available', `${asked}; available: ${available.join(' ')}`, { choices: available });
  }
}
