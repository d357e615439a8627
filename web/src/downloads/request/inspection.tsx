import { Badge, Button, CloseButton, Loader, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Quality } from '../../../../contract/download.ts';
import type { Inspection as Inspected, InspectedFormat } from '../../../../contract/inspection.ts';
import { useFormat } from '../../language/use-format.ts';
import { Failure } from '../../layout/failure.tsx';
import { inspectUrl } from '../downloads-api.ts';
import { qualityKey } from '../quality-key.ts';
import { harmlessPicture } from '../harmless-address.ts';
import classes from './inspection.module.css';

/** The source of addresses that are files: whatever quality is asked for, it is this file. */
const ONE_FILE = 'direct';

type Props = { url: string; onClose: () => void; onChoose: (quality: Quality) => void };

/** What there is at an address before anything is downloaded. */
export function Inspection({ url, onClose, onChoose }: Props) {
  const { t } = useTranslation();
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['inspection', url],
    queryFn: ({ signal }) => inspectUrl(url, signal),
    retry: false,
  });
  return (
    <div className={classes.inspection} role="region" aria-label={t('inspection.title')} aria-busy={isFetching}>
      <CloseButton className={classes.close} aria-label={t('layout.close')} onClick={onClose} />
      {isFetching && <Loader size="sm" aria-label={t('layout.loading')} />}
      {!isFetching && error !== null && <Failure error={error} retry={() => void refetch()} />}
      {!isFetching && data !== undefined && <Findings found={data} onChoose={onChoose} />}
    </div>
  );
}

function Findings({ found, onChoose }: { found: Inspected; onChoose: (quality: Quality) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <div className={classes.head}>
        <img src={harmlessPicture(found.thumbnail)} alt="" width={128} height={72} referrerPolicy="no-referrer" />
        <div>
          <p className={classes.title} dir="auto">
            {found.title}
          </p>
          <p className={classes.facts}>
            {found.source === ONE_FILE ? t('inspection.one_file') : found.source}
            {found.duration !== null && ` · ${format.length(found.duration)}`}
          </p>
        </div>
      </div>
      <div className={classes.qualities} role="group" aria-label={t('inspection.choose')}>
        {found.source === ONE_FILE ? (
          <Button size="compact-sm" variant="light" onClick={() => onChoose('best')}>
            {t('inspection.take')}
          </Button>
        ) : (
          found.qualities.map((quality) => (
            <Button key={quality} size="compact-sm" variant="light" onClick={() => onChoose(quality)}>
              {t(`downloads.quality.${qualityKey(quality)}`)}
            </Button>
          ))
        )}
      </div>
      {found.formats.length > 0 && (
        <Table.ScrollContainer minWidth={480} type="native">
          <Table aria-label={t('inspection.formats')} verticalSpacing={4} fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('inspection.quality')}</Table.Th>
                <Table.Th>{t('inspection.resolution')}</Table.Th>
                <Table.Th>{t('inspection.container')}</Table.Th>
                <Table.Th>{t('inspection.tracks')}</Table.Th>
                <Table.Th>{t('inspection.size')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.formats.map((each) => (
                <FormatRow key={each.id} format={each} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </>
  );
}

function FormatRow({ format: found }: { format: InspectedFormat }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { width, height, has_audio, has_video } = found;
  return (
    <Table.Tr>
      <Table.Td>{found.quality ?? '–'}</Table.Td>
      <Table.Td>{width !== null && height !== null ? `${width} × ${height}` : '–'}</Table.Td>
      <Table.Td>{[found.container, found.codecs].filter((part) => part !== null).join(' · ') || '–'}</Table.Td>
      <Table.Td>
        {has_video && (
          <Badge size="sm" variant="light" color="gray">
            {t('inspection.video')}
          </Badge>
        )}{' '}
        {has_audio && (
          <Badge size="sm" variant="light" color="gray">
            {t('inspection.audio')}
          </Badge>
        )}
      </Table.Td>
      <Table.Td>{found.bytes === null ? '–' : format.bytes(found.bytes)}</Table.Td>
    </Table.Tr>
  );
}
