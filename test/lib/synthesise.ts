import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { vi } from 'vitest';
import settings from '../../cdk.json' with { type: 'json' };
import { FUNCTION_NAMES } from '../../lib/config.ts';
import { FastTrackStack } from '../../lib/fasttrack-stack.ts';

// What takes seconds and proves nothing here: stack traces, and CloudFormation's own rules, which each real synth checks.
vi.stubEnv('CDK_VALIDATION', 'false');
const cheap = { 'aws:cdk:disable-stack-trace': true };

/** The template that `cdk synth` makes with this context, of empty bundles: what the functions do is not its business. */
export function synthesise(context: Record<string, unknown> = {}, also: (stack: FastTrackStack) => void = () => {}) {
  const dist = mkdtempSync(join(tmpdir(), 'fasttrack-synth-'));
  // CDK prints what it finds, which is in `findings` too.
  const silence = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    for (const name of FUNCTION_NAMES) write(join(dist, 'functions', name), 'index.mjs', `// ${name}`);
    write(join(dist, 'web'), 'index.html', '<p>FastTrack</p>');
    const outdir = join(dist, 'cdk.out');
    const app = new App({
      analyticsReporting: false,
      outdir,
      context: { ...settings.context, ...cheap, ...context, dist },
    });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const stack = new FastTrackStack(app, 'FastTrack');
    also(stack);
    const { template } = app.synth().getStackByName('FastTrack');
    const report: Report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    const findings = report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
    return { template: Template.fromJSON(template), text: JSON.stringify(template, null, 1), findings };
  } finally {
    silence.mockRestore();
    rmSync(dist, { recursive: true, force: true });
  }
}

type Report = { pluginReports: { violations: { ruleName: string }[] }[] };

function write(folder: string, file: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** The one resource of a type whose logical id begins so. */
export function theResource(template: Template, type: string, prefix = '') {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(prefix));
  const [one, ...others] = found;
  if (one === undefined || others.length > 0) throw new Error(`${found.length} of ${type} begin with "${prefix}"`);
  return Object.assign({ id: one[0] }, one[1]);
}
