/** An error in the words of Lambda's Node.js runtime: `Runtime.${name}`. */
export function runtimeError(name, message, cause) {
  const error = new Error(message, { cause });
  error.name = `Runtime.${name}`;
  if (cause?.stack !== undefined) error.stack = `${error.name}: ${cause.stack}`;
  return error;
}

export function responseTooLarge(limit) {
  const error = new Error(`Response payload size exceeded maximum allowed payload size (${limit} bytes).`);
  error.name = 'Function.ResponseSizeTooLarge';
  return error;
}

/** What Lambda's caller is told of anything thrown. */
export function describe(thrown) {
  if (thrown instanceof Error) {
    return { errorType: thrown.name, errorMessage: thrown.message, trace: String(thrown.stack).split('\n') };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}
