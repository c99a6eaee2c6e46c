/**
 * `critical`: alerts are held up, devices are cut off or data is in danger, now: somebody has to act.
 * `warning`: a target is missed or a reserve is being used up: it can wait for the working day.
 */
export type Severity = "critical" | "warning";

/** What one rule says, before it becomes a rule of Prometheus. */
export interface Alert {
  /** `Sentinel<Stage><Symptom>`; its runbook has the same name. */
  readonly name: string;
  readonly severity: Severity;
  /** PromQL that has a result while the alert holds. */
  readonly when: string;
  /** How long it has to hold, as Prometheus writes durations. */
  readonly lasting: string;
  /** One line. May use Prometheus's templates. */
  readonly summary: string;
  /** What it means for those who use the system. */
  readonly impact: string;
}
