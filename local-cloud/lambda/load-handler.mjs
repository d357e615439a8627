// Finds the handler as AWS's Node.js runtime does:
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/UserFunction.js
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runtimeError } from './runtime-error.mjs';

/** The function that `handler` (`folder/file.export`) names below `taskRoot`; throws one of Lambda's `Runtime.*` errors. */
export async function loadHandler(taskRoot, handler) {
  const parts = /^([^.]+)\.(.+)$/.exec(basename(handler));
  if (handler.includes('..') || parts === null) {
    throw runtimeError('MalformedHandlerName', `'${handler}' is not a valid handler name.`);
  }
  const [, file, path] = parts;
  const module = await importFile(join(taskRoot, dirname(handler), file));
  const found = at(module, path) ?? at(module.default, path);
  if (typeof found !== 'function') {
    throw runtimeError('HandlerNotFound', `${handler} is undefined, not exported or not a function`);
  }
  return found;
}

async function importFile(path) {
  const file = ['.js', '.mjs', '.cjs'].map((extension) => path + extension).find((each) => existsSync(each));
  if (file === undefined) throw runtimeError('ImportModuleError', `Cannot find module '${path}'`);
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('UserCodeSyntaxError', String(error), error);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw runtimeError('ImportModuleError', `Error: ${error.message}`, error);
    }
    throw error;
  }
}

function at(object, path) {
  return path.split('.').reduce((value, key) => value?.[key], object);
}
