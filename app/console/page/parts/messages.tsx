import {
  Button,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from "react-aria-components";

interface Message {
  readonly text: string;
}

const lastMs = 8_000;
const queue = new ToastQueue<Message>({ maxVisibleToasts: 3 });

/** Tells that something was done. What went wrong is told where it was tried. */
export const tell = (text: string) => queue.add({ text }, { timeout: lastMs });

export const Messages = () => (
  <ToastRegion queue={queue} className="messages">
    {({ toast }) => (
      <Toast toast={toast} className="message">
        <ToastContent>
          <Text slot="title">{toast.content.text}</Text>
        </ToastContent>
        <Button slot="close" className="button button-quiet" aria-label="Close the message">
          Close
        </Button>
      </Toast>
    )}
  </ToastRegion>
);
