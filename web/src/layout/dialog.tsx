import { Modal, type ModalProps } from '@mantine/core';
import { useDialog } from './use-dialog.ts';

/** A dialog as every one here is. */
export function Dialog({ children, ...props }: ModalProps) {
  return (
    <Modal {...useDialog()} {...props}>
      <div data-ft-dialog>{children}</div>
    </Modal>
  );
}
