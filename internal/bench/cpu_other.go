//go:build !linux

package main

import "time"

var start = time.Now()

// processorTime is the time on the wall: on a machine that does nothing else it
// is close enough.
func processorTime() time.Duration { return time.Since(start) }
