import { Logger } from '@aws-lambda-powertools/logger';

/** One structured line each; keys appended to it (a download's id) stay on every line until they are reset. */
export const log = new Logger();
