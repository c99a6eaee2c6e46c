import type { Incident } from "../../incidents/incident.ts";
import type { GroupingSettings } from "./grouping-settings.ts";

/**
 * Incidents that become one campaign at once, at most: each changes two messages (it, and that it is
 * over), and what one finding changes is stored together.
 */
export const gatheredAtOnce = 80;
/** Messages that one finding changes at most: with what is gathered, its own and the campaign's. */
export const changesOfOneFinding = 180;

/**
 * Which of a rule's open incidents of single clients become a campaign, the oldest first: those that
 * are neither loud nor seen to by a person. Of more than can be stored at once, the later ones stay.
 *
 * @param time of the finding, in milliseconds since 1970.
 */
export function gathered(
  open: readonly Incident[],
  time: number,
  settings: Pick<GroupingSettings, "campaignClients" | "campaignMs" | "loudFindings">,
): readonly Incident[] {
  const { campaignClients, campaignMs, loudFindings } = settings;
  const recent = open.filter(({ lastSeen }) => lastSeen > time - campaignMs);
  if (recent.length < campaignClients) return [];
  return recent
    .filter(({ findings, status }) => findings < loudFindings && status === "new")
    .sort((a, b) => a.firstSeen - b.firstSeen)
    .slice(0, gatheredAtOnce);
}
