import type { Lane } from "./lanes.ts";

/** How much of JetStream an account uses; clients ask at their start. */
export const jetStreamInfo = "$JS.API.INFO";
/** What reading a stream of one's own account by ordered consumers takes. */
const consume = (stream: string) => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
  `$JS.API.DIRECT.GET.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.INFO.${stream}.>`,
  `$JS.API.CONSUMER.DELETE.${stream}.>`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.>`,
];
/** What sharing the partitions of a lane and reading its log takes. */
export const readLane = ({ stream, bucket }: Lane) => [
  `$KV.${bucket}.>`,
  jetStreamInfo,
  `$JS.API.STREAM.PURGE.${stream}`,
  ...consume(stream),
  ...consume(`KV_${bucket}`),
];
