"""CloudWatch as alarms need it: metrics from logs, alarms by the emulator's clock, logs that can be searched."""
