import * as z from 'zod';
import type { AttemptsTable } from './downloads/attempts/table.ts';
import { downloadMessage } from './downloads/download-message.ts';
import type { HoldsTable } from './imports/holds/table.ts';
import { importMessage } from './imports/import-message.ts';

/** What no worker could finish: of downloads, or of imports; the shape says which. */
export const deadLetter = z.union([downloadMessage, importMessage]);

export type GiveUpDeps = {
  attempts: Pick<AttemptsTable, 'giveUp'>;
  holds: Pick<HoldsTable, 'giveUp'>;
  now: () => Date;
};

/** Ends it as failed, so that nobody waits for it. */
export async function giveUp(app: GiveUpDeps, message: z.infer<typeof deadLetter>): Promise<void> {
  if (!Array.isArray(message)) return app.attempts.giveUp(message.id, app.now());
  for (const { import_id } of message) await app.holds.giveUp(import_id, app.now());
}
