/**
 * Where an image of Docker Hub is pulled from: there, or from a mirror in front of it, such as ECR's
 * pull-through cache. Docker Hub counts what an address pulls without an account, and all nodes of a
 * region have three addresses.
 *
 * @param mirror host and path of the mirror; default: none.
 * @example imageFrom("example.com/docker-hub", "nats:2.15.1") // "example.com/docker-hub/library/nats:2.15.1"
 */
export function imageFrom(mirror: string | undefined, image: string): string {
  if (mirror === undefined) return image;
  return `${mirror}/${image.includes("/") ? image : `library/${image}`}`;
}
