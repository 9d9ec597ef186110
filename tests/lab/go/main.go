// Sorts parcels: a valid one goes on as it came, any other to the dead letters. The argument names the client library.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	map[string]func(context.Context){"franz": franz, "segmentio": segmentio, "sarama": saramas}[os.Args[1]](ctx)
}
