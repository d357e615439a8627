import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startStack, type Stack, type StackOptions } from './stack.ts';

const FIXTURE = path.join(import.meta.dirname, 'template', 'fixture');
const root = mkdtempSync(path.join(tmpdir(), 'stack-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const newDataDir = (): string => path.join(root, `data-${++folders}`);

const start = (options: Partial<StackOptions> = {}): Promise<Stack> =>
  startStack({ cdkOut: FIXTURE, dataDir: newDataDir(), port: 0, awsPort: 0, log: () => undefined, ...options });

const client = (stack: Stack) => ({
  endpoint: stack.awsUrl,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});

const soon = { timeout: 30_000, interval: 50 };
const text = async (url: string): Promise<string> => (await fetch(url)).text();

function anAssembly(change: (template: string) => string): string {
  const folder = mkdtempSync(path.join(root, 'cdk-'));
  cpSync(FIXTURE, folder, { recursive: true });
  const file = path.join(folder, 'Fixture.template.json');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return folder;
}

describe('a running template', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await start();
  });
  afterAll(() => stack.stop());

  test('work goes from the API through the queue, the table, its stream and the bucket to the last function', async () => {
    const queued = await fetch(`${stack.appUrl}/hits/one`, { method: 'POST' });
    expect(queued.status).toBe(202);
    expect(await queued.json()).toEqual({ queued: 'one', greeting: 'hello from Fixture' });
    await vi.waitFor(async () => expect(await text(`${stack.appUrl}/hits/hit%23one`)).toBe('worker'), soon);
    await vi.waitFor(async () => expect(await text(`${stack.appUrl}/hits/noted%23one`)).toBe('noted'), soon);
  });

  test('a message that fails alone ends in the dead-letter queue, and its neighbours do not', async () => {
    const sqs = new SQSClient(client(stack));
    for (const MessageBody of ['bad', 'good'])
      await sqs.send(new SendMessageCommand({ QueueUrl: stack.outputs['Queue'], MessageBody }));
    await vi.waitFor(async () => expect(await text(`${stack.appUrl}/hits/hit%23good`)).toBe('worker'), soon);
    await vi.waitFor(async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: stack.outputs['Dead'] }));
      expect(Messages.map(({ Body }) => Body)).toEqual(['bad']);
    }, soon);
  });

  test('a WebSocket goes through the edge function, and is answered over the management API', async () => {
    const socket = new WebSocket(`${stack.appUrl.replace('http', 'ws')}/ws/any`);
    const heard = new Promise<string>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data: Buffer) => resolve(data.toString()));
      socket.on('open', () => socket.send('hello'));
    });
    expect(await heard).toBe('echo hello');
    socket.close();
  });

  test("a function URL that checks signatures streams to the distribution, and refuses whoever comes without one's", async () => {
    const response = await fetch(`${stack.appUrl}/stream`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const chunks: string[] = [];
    for await (const chunk of response.body!) chunks.push(Buffer.from(chunk).toString());
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.join('')).toBe('data: one\n\ndata: two\n\ndata: three\n\n');
    expect((await fetch(stack.outputs['Stream']!)).status).toBe(403);
  });

  test('the site is served, with its headers, and knows where the WebSocket answers here', async () => {
    const page = await fetch(stack.appUrl);
    expect(await page.text()).toContain('<h1>Hello</h1>');
    expect(page.headers.get('content-type')).toBe('text/html');
    expect(page.headers.get('cache-control')).toBe('max-age=60');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const { socket } = (await (await fetch(`${stack.appUrl}/config.json`)).json()) as { socket: string };
    expect(socket).toBe(stack.outputs['Sockets']);
    expect(socket).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/_aws\/execute-api\/\w+\/live$/);
  });

  test('outputs say where things answer here', async () => {
    const { Site, Api, Socket } = stack.outputs;
    expect(Site).toBe(stack.appUrl);
    expect(Socket).toBe(`${stack.appUrl.replace('http', 'ws')}/ws/any`);
    expect((await fetch(`${Api}/hits/nobody`)).status).toBe(404);
  });

  test('the AWS APIs show the stack', async () => {
    const { TableNames } = await new DynamoDBClient(client(stack)).send(new ListTablesCommand());
    expect(TableNames).toEqual(['Fixture-Table']);
    const { QueueUrls } = await new SQSClient(client(stack)).send(new ListQueuesCommand());
    expect(QueueUrls).toEqual([stack.outputs['Dead'], stack.outputs['Queue']]);
    const { Buckets } = await new S3Client(client(stack)).send(new ListBucketsCommand());
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['fixture-files', 'fixture-sitebucket']);
    const { Parameter } = await new SSMClient(client(stack)).send(
      new GetParameterCommand({ Name: '/fixture/greeting' }),
    );
    expect(Parameter?.Value).toBe('hello');
  });

  test('code in the template itself runs, and what it fails at asynchronously goes to its destination', async () => {
    const lambda = new LambdaClient(client(stack));
    const FunctionName = stack.outputs['Inline'];
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{"n":1}' }));
    expect(JSON.parse(Payload!.transformToString())).toEqual({ inline: 2 });
    await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: 'null' }));
    const sqs = new SQSClient(client(stack));
    await vi.waitFor(async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: stack.outputs['Dead'] }));
      const bodies = Messages.map(({ Body }) => Body);
      expect(bodies).toContainEqual(expect.stringContaining('"condition":"RetriesExhausted"'));
    }, soon);
  });

  test('a function of another runtime says why it does not run', async () => {
    const call = new LambdaClient(client(stack)).send(new InvokeCommand({ FunctionName: stack.outputs['Python'] }));
    await expect(call).rejects.toThrow(/Fixture-PythonHandler cannot run here: its runtime is python3\.13/);
  });

  test('its ports are its own: a second stack says which variable to change', async () => {
    const port = Number(new URL(stack.appUrl).port);
    const awsPort = Number(new URL(stack.awsUrl).port);
    await expect(start({ port })).rejects.toThrow(`Port ${port} is in use by another program.`);
    await expect(start({ awsPort })).rejects.toThrow(`AWS_PORT=${awsPort + 1}`);
  });

  test('two stacks run side by side', async () => {
    const other = await start();
    await fetch(`${other.appUrl}/hits/two`, { method: 'POST' });
    await vi.waitFor(async () => expect(await text(`${other.appUrl}/hits/hit%23two`)).toBe('worker'), soon);
    expect(await text(`${stack.appUrl}/hits/hit%23two`)).toBe('none');
    await other.stop();
  });
});

describe('a data folder', () => {
  const stacks: Stack[] = [];
  const started = async (options: Partial<StackOptions>): Promise<Stack> => {
    const stack = await start(options);
    stacks.push(stack);
    return stack;
  };
  afterEach(async () => {
    for (const stack of stacks.splice(0)) await stack.stop();
  });

  test('keeps everything over a restart, at other ports too', async () => {
    const dataDir = newDataDir();
    const before = await started({ dataDir });
    await fetch(`${before.appUrl}/hits/kept`, { method: 'POST' });
    await new S3Client(client(before)).send(new PutObjectCommand({ Bucket: 'fixture-files', Key: 'x', Body: 'y' }));
    await vi.waitFor(async () => expect(await text(`${before.appUrl}/hits/noted%23kept`)).toBe('noted'), soon);
    await before.stop();
    const after = await started({ dataDir });
    expect(await text(`${after.appUrl}/hits/hit%23kept`)).toBe('worker');
    expect(await text(after.appUrl)).toContain('Hello');
    await expect(fetch(before.appUrl)).rejects.toThrow();
  });

  test('belongs to one stack at a time', async () => {
    const dataDir = newDataDir();
    await started({ dataDir });
    await expect(start({ dataDir })).rejects.toThrow(`is in use by process ${process.pid}`);
  });

  test('of a process that died is taken over', async () => {
    const dataDir = newDataDir();
    await (await started({ dataDir })).stop();
    writeFileSync(path.join(dataDir, 'local-cloud.lock'), `${2 ** 30}\nnode gone`);
    const stack = await started({ dataDir });
    expect((await fetch(stack.appUrl)).status).toBe(200);
  });

  test('is free again when the start failed', async () => {
    const dataDir = newDataDir();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(start({ dataDir, port })).rejects.toThrow('in use');
    taken.close();
    const cdkOut = anAssembly((template) => template.replace('rate(1 hour)', 'rate(soon)'));
    await expect(start({ dataDir, port, cdkOut })).rejects.toThrow(/the schedule Fixture-Hourly: .*rate\(soon\)/);
    await started({ dataDir, port });
  });
});

describe('a new assembly', () => {
  test('exchanges functions in a running stack, and nothing when more is different', async () => {
    const stack = await start();
    const invoke = async (): Promise<unknown> => {
      const answer = await new LambdaClient(client(stack)).send(
        new InvokeCommand({ FunctionName: 'Fixture-Inline', Payload: '{"n":1}' }),
      );
      return JSON.parse(answer.Payload!.transformToString());
    };
    expect(await invoke()).toEqual({ inline: 2 });
    const changed = await stack.reload(anAssembly((template) => template.replace('input.n + 1', 'input.n + 10')));
    expect(changed).toEqual({ functions: ['Inline'], sites: [] });
    expect(await invoke()).toEqual({ inline: 11 });

    const more = anAssembly((template) => template.replace('"VisibilityTimeout": 1', '"VisibilityTimeout": 2'));
    expect(await stack.reload(more)).toBeNull();
    const refused = anAssembly((template) => template.replace('AWS::SSM::Parameter"', 'AWS::SSM::Document"'));
    await expect(stack.reload(refused)).rejects.toThrow('AWS::SSM::Document');
    expect(await invoke()).toEqual({ inline: 11 });
    await stack.stop();
  });
});
