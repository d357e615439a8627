import * as z from 'zod';
import { corsRules } from './bucket-settings.ts';
import { documentBody } from './incoming-body.ts';
import { malformedXml, S3Error } from './s3-error.ts';
import type { Operation } from './s3-request.ts';
import { parseXml, xmlDocument } from './xml.ts';

const document = z.object({
  CORSRule: z.array(
    z.object({
      ID: z.string().optional(),
      AllowedOrigin: z.array(z.string()),
      AllowedMethod: z.array(z.string()),
      AllowedHeader: z.array(z.string()).optional(),
      ExposeHeader: z.array(z.string()).optional(),
      MaxAgeSeconds: z.coerce.number().optional(),
    }),
  ),
});

export const putBucketCors: Operation = async (s3, request) => {
  const bucket = s3.bucket(request.bucket);
  const parsed = document.safeParse(parseXml(await documentBody(request), 'CORSConfiguration'));
  if (!parsed.success) throw malformedXml();
  const rules = corsRules.safeParse(
    parsed.data.CORSRule.map((rule) => ({
      id: rule.ID,
      allowedOrigins: rule.AllowedOrigin,
      allowedMethods: rule.AllowedMethod,
      allowedHeaders: rule.AllowedHeader,
      exposeHeaders: rule.ExposeHeader,
      maxAgeSeconds: rule.MaxAgeSeconds,
    })),
  );
  if (!rules.success) throw new S3Error('InvalidRequest', 400, z.prettifyError(rules.error));
  await bucket.configure({ cors: rules.data });
  return { status: 200 };
};

export const getBucketCors: Operation = async (s3, { bucket }) => {
  const { cors } = s3.bucket(bucket).settings();
  if (cors === undefined || cors.length === 0)
    throw new S3Error('NoSuchCORSConfiguration', 404, 'The CORS configuration does not exist', { BucketName: bucket });
  const CORSRule = cors.map((rule) => ({
    ID: rule.id,
    AllowedOrigin: rule.allowedOrigins,
    AllowedMethod: rule.allowedMethods,
    AllowedHeader: rule.allowedHeaders,
    ExposeHeader: rule.exposeHeaders,
    MaxAgeSeconds: rule.maxAgeSeconds,
  }));
  return { status: 200, body: xmlDocument('CORSConfiguration', { CORSRule }) };
};

export const deleteBucketCors: Operation = async (s3, request) => {
  const bucket = s3.bucket(request.bucket);
  await bucket.configure({ cors: [] });
  return { status: 204 };
};
