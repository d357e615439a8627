import { Modal, type ModalProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** A dialog as every one here is. */
export function Dialog({ children, ...props }: ModalProps) {
  const { t } = useTranslation();
  return (
    // What Mantine locks the page by would write a <style>: theme/base.css does it.
    <Modal lockScroll={false} closeButtonProps={{ 'aria-label': t('layout.close') }} {...props}>
      <div data-ft-dialog>{children}</div>
    </Modal>
  );
}
