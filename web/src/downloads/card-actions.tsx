import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import IconCopy from '@tabler/icons-react/icons/IconCopy';
import IconDots from '@tabler/icons-react/icons/IconDots';
import IconDownload from '@tabler/icons-react/icons/IconDownload';
import IconListDetails from '@tabler/icons-react/icons/IconListDetails';
import IconPlayerPause from '@tabler/icons-react/icons/IconPlayerPause';
import IconPlayerPlay from '@tabler/icons-react/icons/IconPlayerPlay';
import IconRefresh from '@tabler/icons-react/icons/IconRefresh';
import IconTrash from '@tabler/icons-react/icons/IconTrash';
import IconX from '@tabler/icons-react/icons/IconX';
import { useTranslation } from 'react-i18next';
import type { DownloadView } from '../../../contract/download.ts';
import classes from './card-actions.module.css';
import { fileOf, type Control } from './downloads-api.ts';
import { allows, useControl } from './use-control.ts';
import { useDeletion } from './use-deletion.tsx';

const CONTROLS = [
  { control: 'pause', icon: IconPlayerPause },
  { control: 'resume', icon: IconPlayerPlay },
  { control: 'retry', icon: IconRefresh },
  { control: 'cancel', icon: IconX },
] as const satisfies readonly { control: Control; icon: unknown }[];

/** What can be done with a download as it is. */
export function CardActions({ view }: { view: DownloadView }) {
  const { t } = useTranslation();
  const control = useControl();
  const deletion = useDeletion();
  const { title } = view;
  return (
    <div className={classes.actions}>
      {view.status === 'completed' && (
        <Tooltip label={t('downloads.file')}>
          <ActionIcon
            component="a"
            href={fileOf(view.id)}
            download
            variant="filled"
            size="lg"
            aria-label={t('downloads.file_of', { title })}
          >
            <IconDownload size={19} stroke={1.9} />
          </ActionIcon>
        </Tooltip>
      )}
      {CONTROLS.filter((each) => allows(view, each.control)).map(({ control: name, icon: Icon }) => (
        <Tooltip key={name} label={t(`downloads.control.${name}`)}>
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t(`downloads.control_of.${name}`, { title })}
            onClick={() => void control([view], name)}
          >
            <Icon size={18} stroke={1.8} />
          </ActionIcon>
        </Tooltip>
      ))}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('downloads.more_of', { title })}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={`#/downloads/${view.id}`} leftSection={<IconListDetails size={16} />}>
            {t('downloads.details')}
          </Menu.Item>
          <CopyItem words={t('downloads.copy_source')} text={view.url} />
          {view.status === 'completed' && (
            <CopyItem words={t('downloads.copy_file')} text={new URL(fileOf(view.id), location.href).href} />
          )}
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => deletion([view])}>
            {t('downloads.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function CopyItem({ words, text }: { words: string; text: string }) {
  const { t } = useTranslation();
  const clipboard = useClipboard();
  const copy = () => {
    clipboard.copy(text);
    notifications.show({ message: t('downloads.copied') });
  };
  return (
    <Menu.Item leftSection={<IconCopy size={16} />} onClick={copy}>
      {words}
    </Menu.Item>
  );
}
