import { S3Client } from '@aws-sdk/client-s3';

/** One client per process. The endpoint is the local run's alone; AWS's own is found by the SDK. */
export function s3Client({ endpoint }: { endpoint?: string | undefined }): S3Client {
  return new S3Client({
    // Else presigned URLs demand the checksum of an empty body, and every answer is hashed a second time.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  });
}
