import * as z from 'zod';
import { ACCOUNT_ID, REGION } from '../aws-request.ts';
import { checkBucketName } from './bucket.ts';
import { documentBody } from './incoming-body.ts';
import { malformedXml, S3Error } from './s3-error.ts';
import type { Operation } from './s3-request.ts';
import { parseXml, xmlDocument } from './xml.ts';

export const listBuckets: Operation = async (s3) => ({
  status: 200,
  body: xmlDocument('ListAllMyBucketsResult', {
    Owner: { ID: ACCOUNT_ID },
    Buckets: {
      Bucket: s3
        .buckets()
        .map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt, BucketRegion: REGION })),
    },
  }),
});

const location = z.object({ LocationConstraint: z.string().optional() });

/** As in us-east-1: creating one's own bucket again is no error, and changes nothing. */
export const createBucket: Operation = async (s3, request) => {
  checkBucketName(request.bucket);
  const body = await documentBody({ ...request, headers: { 'content-length': '0', ...request.headers } });
  const parsed = location.safeParse(body === '' ? {} : parseXml(body, 'CreateBucketConfiguration'));
  if (!parsed.success) throw malformedXml();
  const { LocationConstraint: constraint } = parsed.data;
  if (constraint !== undefined && constraint !== REGION)
    throw new S3Error('IllegalLocationConstraintException', 400, `This local cloud has one region, ${REGION}.`);
  if (!s3.buckets().some(({ name }) => name === request.bucket)) await s3.createBucket(request.bucket, {});
  return { status: 200, headers: { location: `/${request.bucket}` } };
};

export const headBucket: Operation = async (s3, { bucket }) => {
  s3.bucket(bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': REGION } };
};

export const deleteBucket: Operation = async (s3, { bucket }) => {
  if (s3.bucket(bucket).objects.count() > 0)
    throw new S3Error('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty', { BucketName: bucket });
  await s3.deleteBucket(bucket);
  return { status: 204 };
};

/** Empty means us-east-1. */
export const getBucketLocation: Operation = async (s3, { bucket }) => {
  s3.bucket(bucket);
  return { status: 200, body: xmlDocument('LocationConstraint', undefined) };
};

/** No bucket of this cloud was ever versioned. */
export const getBucketVersioning: Operation = async (s3, { bucket }) => {
  s3.bucket(bucket);
  return { status: 200, body: xmlDocument('VersioningConfiguration', undefined) };
};
