"""Speed and memory of the service beside a bare Litestar handler: `make bench`, or `python -m benchmarks`."""
