import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type NotificationRule, notificationRules } from './bucket-settings.ts';
import { documentBody } from './incoming-body.ts';
import { invalidArgument, malformedXml, notImplemented } from './s3-error.ts';
import type { Operation } from './s3-request.ts';
import { parseXml, xmlDocument } from './xml.ts';

const configuration = z.object({
  Id: z.string().optional(),
  Event: z.array(z.string()),
  Filter: z
    .object({
      S3Key: z.object({
        FilterRule: z.array(
          z.object({
            Name: z
              .string()
              .toLowerCase()
              .pipe(z.enum(['prefix', 'suffix'])),
            Value: z.string(),
          }),
        ),
      }),
    })
    .optional(),
});

const document = z
  .object({
    QueueConfiguration: z.array(configuration.extend({ Queue: z.string() })).default([]),
    CloudFunctionConfiguration: z.array(configuration.extend({ CloudFunction: z.string() })).default([]),
    TopicConfiguration: z.array(configuration.extend({ Topic: z.string() })).default([]),
    EventBridgeConfiguration: z.unknown().optional(),
  })
  .or(z.literal('').transform(() => NONE));
const NONE = {
  QueueConfiguration: [],
  CloudFunctionConfiguration: [],
  TopicConfiguration: [],
  EventBridgeConfiguration: undefined,
};

export const putBucketNotification: Operation = async (s3, request) => {
  const bucket = s3.bucket(request.bucket);
  const parsed = document.safeParse(parseXml(await documentBody(request), 'NotificationConfiguration'));
  if (!parsed.success) throw malformedXml();
  const { data } = parsed;
  if (data.EventBridgeConfiguration !== undefined) throw notImplemented('notifications to EventBridge');
  const rules = notificationRules.safeParse([
    ...data.QueueConfiguration.map((one) => asSetting(one, 'Queue', one.Queue)),
    ...data.CloudFunctionConfiguration.map((one) => asSetting(one, 'CloudFunction', one.CloudFunction)),
    ...data.TopicConfiguration.map((one) => asSetting(one, 'Topic', one.Topic)),
  ]);
  if (!rules.success) throw invalidArgument(z.prettifyError(rules.error));
  for (const { targetArn } of rules.data) {
    try {
      await s3.testNotification(bucket.name, targetArn);
    } catch {
      throw invalidArgument('Unable to validate the following destination configurations', targetArn);
    }
  }
  await bucket.configure({ notifications: rules.data });
  return { status: 200 };
};

function asSetting(one: z.infer<typeof configuration>, kind: NotificationRule['kind'], targetArn: string): unknown {
  const filters = one.Filter?.S3Key.FilterRule ?? [];
  return {
    id: one.Id ?? randomUUID(),
    kind,
    targetArn,
    events: one.Event,
    prefix: filters.find(({ Name }) => Name === 'prefix')?.Value,
    suffix: filters.find(({ Name }) => Name === 'suffix')?.Value,
  };
}

export const getBucketNotification: Operation = async (s3, { bucket }) => {
  const rules = s3.bucket(bucket).settings().notifications ?? [];
  const ofKind = (kind: NotificationRule['kind']) =>
    rules.filter((rule) => rule.kind === kind).map((rule) => asElement(rule, kind));
  return {
    status: 200,
    body: xmlDocument('NotificationConfiguration', {
      TopicConfiguration: ofKind('Topic'),
      QueueConfiguration: ofKind('Queue'),
      CloudFunctionConfiguration: ofKind('CloudFunction'),
    }),
  };
};

function asElement(rule: NotificationRule, kind: NotificationRule['kind']) {
  const filters = [
    { Name: 'Prefix', Value: rule.prefix },
    { Name: 'Suffix', Value: rule.suffix },
  ].filter(({ Value }) => Value !== undefined);
  return {
    Id: rule.id,
    [kind]: rule.targetArn,
    Event: rule.events,
    Filter: filters.length === 0 ? undefined : { S3Key: { FilterRule: filters } },
  };
}
