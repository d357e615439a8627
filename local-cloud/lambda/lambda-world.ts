import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLambdaHost, type FunctionDefinition, type LambdaHost } from './lambda-host.ts';

export type LambdaWorld = {
  host: LambdaHost;
  /** What the functions printed. */
  lines: string[];
  tmpDir: string;
  /** Registers a function of the given code and returns its name. */
  deploy: (code: string, changes?: Partial<FunctionDefinition> & { file?: string }) => string;
  end: () => Promise<void>;
};

/** For specs: a Lambda host whose functions are written where they are tested. */
export function aLambdaWorld(options: Parameters<typeof createLambdaHost>[0] = {}): LambdaWorld {
  const folder = mkdtempSync(join(tmpdir(), 'lambda-world-'));
  const tmpDir = join(folder, 'tmp');
  mkdirSync(tmpDir);
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const host = createLambdaHost({ log, tmpDir, asyncRetryDelaysMs: [10, 10], ...options });
  return {
    host,
    lines,
    tmpDir,
    deploy(code, { file = 'index.mjs', name = 'Fn', ...changes } = {}) {
      const codeDir = mkdtempSync(join(folder, 'code-'));
      writeFileSync(join(codeDir, file), code);
      host.register({
        name,
        arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
        codeDir,
        handler: 'index.handler',
        environment: {},
        memoryMb: 256,
        timeoutSeconds: 5,
        ...changes,
      });
      return name;
    },
    async end() {
      await host.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
