import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './bucket-requests.ts';
import { completeMultipartUpload } from './complete-upload.ts';
import { copyObject, uploadPartCopy } from './copy-requests.ts';
import { deleteBucketCors, getBucketCors, putBucketCors } from './cors-requests.ts';
import { deleteObjects } from './delete-objects.ts';
import { deleteBucketLifecycle, getBucketLifecycle, putBucketLifecycle } from './lifecycle-requests.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import { listMultipartUploads, listParts } from './list-uploads.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart } from './multipart-requests.ts';
import { getBucketNotification, putBucketNotification } from './notification-requests.ts';
import { deleteObject, getObject, putObject } from './object-requests.ts';
import { notImplemented, S3Error } from './s3-error.ts';
import { header, type Operation, type S3Request } from './s3-request.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tagging-requests.ts';

/** The operations, by what they are addressed to, their method, and the sub-resource in their query. */
const OPERATIONS: Record<string, Operation> = {
  'account GET': listBuckets,
  'bucket PUT': createBucket,
  'bucket HEAD': headBucket,
  'bucket DELETE': deleteBucket,
  'bucket GET': listObjects,
  'bucket GET list-type': listObjectsV2,
  'bucket GET location': getBucketLocation,
  'bucket GET versioning': getBucketVersioning,
  'bucket GET uploads': listMultipartUploads,
  'bucket GET cors': getBucketCors,
  'bucket PUT cors': putBucketCors,
  'bucket DELETE cors': deleteBucketCors,
  'bucket GET lifecycle': getBucketLifecycle,
  'bucket PUT lifecycle': putBucketLifecycle,
  'bucket DELETE lifecycle': deleteBucketLifecycle,
  'bucket GET notification': getBucketNotification,
  'bucket PUT notification': putBucketNotification,
  'bucket POST delete': deleteObjects,
  'object GET': getObject,
  'object HEAD': getObject,
  'object PUT': putObject,
  'object PUT copy': copyObject,
  'object DELETE': deleteObject,
  'object GET tagging': getObjectTagging,
  'object PUT tagging': putObjectTagging,
  'object DELETE tagging': deleteObjectTagging,
  'object POST uploads': createMultipartUpload,
  'object PUT uploadId': uploadPart,
  'object PUT uploadId copy': uploadPartCopy,
  'object GET uploadId': listParts,
  'object POST uploadId': completeMultipartUpload,
  'object DELETE uploadId': abortMultipartUpload,
};

/** What may stand in a query without making it another operation. */
const PARAMETERS = new Set([
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'key-marker',
  'marker',
  'max-keys',
  'max-parts',
  'max-uploads',
  'part-number-marker',
  'partNumber',
  'prefix',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'start-after',
  'upload-id-marker',
  'x-id',
]);

/** The operation a request asks for; throws S3's NotImplemented with the name of what there is not. */
export function operationOf(request: S3Request): Operation {
  const address = request.bucket === '' ? 'account' : request.key === '' ? 'bucket' : 'object';
  const subresources = [...request.query.keys()].filter(
    (name) => !PARAMETERS.has(name) && !name.toLowerCase().startsWith('x-amz-'),
  );
  const version = request.query.get('versionId');
  if (version === 'null') subresources.splice(subresources.indexOf('versionId'), 1);
  const copy = address === 'object' && header(request, 'x-amz-copy-source') !== undefined ? ['copy'] : [];
  const operation = OPERATIONS[[address, request.method, ...subresources, ...copy].join(' ')];
  if (operation !== undefined) return operation;
  if (subresources.length > 0) throw notImplemented(`"${request.method} ?${subresources.join('&')}" of a ${address}`);
  throw new S3Error('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.');
}
