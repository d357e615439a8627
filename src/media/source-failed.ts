import { type DownloadFailureCode, downloadFailures } from '../../contract/download-failure.ts';

/** A download that cannot go on because of its source: final for this attempt. `detail` is for logs, never for people. */
export class SourceFailed extends Error {
  readonly code: DownloadFailureCode;
  /** What could be asked for instead, when that is the remedy. */
  readonly choices: readonly string[];

  constructor(code: DownloadFailureCode, detail: string, options: ErrorOptions & { choices?: readonly string[] } = {}) {
    super(`${downloadFailures[code].en} (${detail})`, options);
    this.name = 'SourceFailed';
    this.code = code;
    this.choices = options.choices ?? [];
  }
}
