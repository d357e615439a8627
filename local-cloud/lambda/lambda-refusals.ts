/** The template has no function of that name. */
export class FunctionNotFound extends Error {
  override readonly name = 'FunctionNotFound';
  constructor(functionName: string) {
    super(`Function not found: ${functionName}`);
  }
}

/** The function's reserved concurrency, or the account's, is used up; `reason` is AWS's word for which. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';
  constructor(reason: TooManyRequests['reason']) {
    super('Rate Exceeded.');
    this.reason = reason;
  }
}

/** The payload is larger than Lambda takes: 6 MB, or 1 MB when invoked asynchronously. */
export class RequestTooLarge extends Error {
  override readonly name = 'RequestTooLarge';
  constructor(limit: number) {
    super(`Request must be smaller than ${limit} bytes for the InvokeFunction operation`);
  }
}

/** A streamed invocation failed; `errorType` is Lambda's or the handler's. */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed';
  readonly errorType: string;
  constructor(failure: { errorType: string; errorMessage: string }) {
    super(`${failure.errorType}: ${failure.errorMessage}`);
    this.errorType = failure.errorType;
  }
}
