import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where the DynamoDB engine for this platform is installed; throws an error that says what to do when there is none. */
export function engineProgram(platform: string = process.platform, arch: string = process.arch): string {
  const name = `@dynoxide/${platform}-${arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(manifest), platform === 'win32' ? 'dynoxide.exe' : 'dynoxide');
  } catch (error) {
    throw new Error(
      `There is no DynamoDB engine for this platform: ${name} is not installed. Start Amazon's own,\n` +
        '  docker run -p 8001:8000 amazon/dynamodb-local\n' +
        '  (or, with Java: java -jar DynamoDBLocal.jar -sharedDb -port 8001)\n' +
        'and then this again with DYNAMODB_ENDPOINT=http://127.0.0.1:8001',
      { cause: error },
    );
  }
}
