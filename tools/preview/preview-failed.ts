/** Why there is no preview. The message is for the person who asked for it. */
export class PreviewFailed extends Error {
  override readonly name = "PreviewFailed";
}
