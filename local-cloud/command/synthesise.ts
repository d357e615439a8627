import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isRunning } from '../processes/process-table.ts';
import { dieWithMe } from '../processes/watchdog.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from '../processes/lock-file.ts';
import { hashInputs } from './inputs.ts';
import { readCdkSettings } from './project.ts';

/** The CDK app failed; `output` is what it printed. */
export class SynthFailed extends Error {
  override readonly name = 'SynthFailed';
  readonly output: string;
  constructor(command: string, output: string) {
    super(`\`${command}\` failed`);
    this.output = output;
  }
}

type Synthesis = {
  /** The folder of the cloud assembly. */
  cdkOut: string;
  /** Null when this very template had been made before. */
  tookMs: number | null;
};

/** How many assemblies are kept; those in use are the newest, since their stacks say so (`stillUsed`). */
const KEPT = 5;
const WAIT_MS = 100;
const OUTPUT_CHARACTERS = 100_000;

/**
 * Makes the project's cloud assembly by its own CDK app, without the CDK CLI, unless one was made from the same files and context.
 * An assembly lies under the digest of what it was made from: it never changes, and one that is half made is never found.
 */
export async function synthesise(root: string, context: Record<string, string>): Promise<Synthesis> {
  const assemblies = path.join(root, 'cdk.out', 'local');
  const cdkOut = path.join(assemblies, hashInputs(root, context));
  if (existsSync(cdkOut)) {
    stillUsed(cdkOut);
    return { cdkOut, tookMs: null };
  }
  const started = performance.now();
  mkdirSync(assemblies, { recursive: true });
  const lock = `${assemblies}.lock`;
  // One at a time: a project's build has one place to put what it makes.
  while ((await takeLock(lock)) !== null) await sleep(WAIT_MS);
  try {
    if (existsSync(cdkOut)) return { cdkOut, tookMs: null };
    await synthesiseInto(root, cdkOut, context);
    removeOldest(assemblies);
  } finally {
    rmSync(lock, { force: true });
  }
  return { cdkOut, tookMs: performance.now() - started };
}

async function synthesiseInto(root: string, cdkOut: string, context: Record<string, string>): Promise<void> {
  const settings = readCdkSettings(root);
  const unfinished = `${cdkOut}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    if (settings.build !== undefined) await run(root, settings.build, {});
    await run(root, settings.app, {
      CDK_OUTDIR: unfinished,
      CDK_CONTEXT_JSON: JSON.stringify({ ...settings.context, ...context }),
      // CDK's own rules take most of a synth; `cdk synth` and `cdk deploy` apply them, where they matter.
      CDK_VALIDATION: 'false',
    });
    // Unpacked in Lambda, code has no folder above it whose package.json could say what kind of module it is.
    writeFileSync(path.join(unfinished, 'package.json'), '{}');
    if (!existsSync(cdkOut)) renameSync(unfinished, cdkOut);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Keeps an assembly from being removed while a stack runs from it; to be said each minute. */
export function stillUsed(cdkOut: string): void {
  const now = new Date();
  utimesSync(cdkOut, now, now);
}

/** Removes what has not been used for longest, and what a process left half made when it died. */
function removeOldest(assemblies: string): void {
  const folders = readdirSync(assemblies).map((name) => path.join(assemblies, name));
  const makerOf = (folder: string): string => path.extname(folder).slice(1);
  const finished = folders
    .filter((folder) => makerOf(folder) === '')
    .map((folder) => ({ folder, usedAt: statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((one, other) => other.usedAt - one.usedAt);
  const abandoned = folders.filter((folder) => makerOf(folder) !== '' && !isRunning(Number(makerOf(folder))));
  for (const folder of [...abandoned, ...finished.slice(KEPT).map(({ folder }) => folder)])
    rmSync(folder, { recursive: true, force: true });
}

/** Runs a command of cdk.json as the CDK CLI does: in a shell, at the project's root, with its tools on the path. */
function run(root: string, command: string, environment: Record<string, string>): Promise<void> {
  const { CDK_DEFAULT_ACCOUNT: _account, CDK_DEFAULT_REGION: _region, ...inherited } = process.env;
  const PATH = [path.join(root, 'node_modules', '.bin'), inherited['PATH']].join(path.delimiter);
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      cwd: root,
      shell: true,
      env: { ...inherited, PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own: whatever the command starts must end with this process too.
      detached: true,
    });
    const forget = child.pid === undefined ? undefined : dieWithMe(-child.pid);
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = `${output}${chunk.toString()}`.slice(-OUTPUT_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => {
      forget?.();
      if (code === 0) resolve();
      else reject(new SynthFailed(command, output));
    });
  });
}
