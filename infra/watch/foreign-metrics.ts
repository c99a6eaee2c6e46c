/**
 * Metrics of other programs that rules and dashboards read, by who exposes them. A test compares
 * this list with what is read; names of our own processes are not here, it asks the processes.
 */
export const foreignMetrics = {
  /**
   * prometheus-nats-exporter 0.20.2 with `-varz -accstatz -healthz`, and on the core `-leafz -jsz=all`.
   * `gnatsd_varz_*` are the numbers of nats-server's own `/varz`, with the path of each as its name.
   */
  natsExporter: [
    "gnatsd_accstatz_received_messages",
    "gnatsd_healthz_status_value",
    "gnatsd_leafz_info",
    "gnatsd_varz_connections",
    "gnatsd_varz_cpu",
    "gnatsd_varz_in_client_msgs",
    "gnatsd_varz_jetstream_config_max_storage",
    "gnatsd_varz_jetstream_stats_api_errors",
    "gnatsd_varz_jetstream_stats_storage",
    "gnatsd_varz_leafnodes",
    "gnatsd_varz_max_connections",
    "gnatsd_varz_mem",
    "gnatsd_varz_routes",
    "gnatsd_varz_slow_consumer_stats_clients",
    "gnatsd_varz_slow_consumer_stats_routes",
    "gnatsd_varz_stale_connections",
    "gnatsd_varz_total_connections",
    "jetstream_stream_first_seq",
    "jetstream_stream_last_seq",
    "jetstream_stream_limit_bytes",
    "jetstream_stream_mirror_active_duration_ns",
    "jetstream_stream_mirror_lag",
    "jetstream_stream_total_bytes",
    "jetstream_stream_total_messages",
  ],
  kubeStateMetrics: [
    "kube_daemonset_status_desired_number_scheduled",
    "kube_daemonset_status_number_ready",
    "kube_deployment_spec_replicas",
    "kube_deployment_status_replicas_available",
    "kube_job_failed",
    "kube_pod_container_status_restarts_total",
    "kube_statefulset_replicas",
    "kube_statefulset_status_replicas_ready",
  ],
  certManager: [
    "certmanager_certificate_expiration_timestamp_seconds",
    "certmanager_certificate_renewal_timestamp_seconds",
  ],
  /** Prometheus makes these itself. */
  prometheus: ["ALERTS", "up"],
} as const;
