"""What stands around a running Modulo: model servers and load tests. Not shipped."""
