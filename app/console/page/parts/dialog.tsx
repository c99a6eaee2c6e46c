import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";

/** A dialog that keeps the focus until it is closed. */
export function Question(props: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What must not be closed by accident. */
  readonly firm?: boolean;
  readonly children: ReactNode;
}) {
  const { title, isOpen, onClose, firm = false, children } = props;
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable={!firm}
      isKeyboardDismissDisabled={firm}
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className="modal">
        <Dialog className="dialog" role={firm ? "alertdialog" : "dialog"}>
          <Heading slot="title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
