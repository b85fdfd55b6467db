package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is what all threads of the process have used of the processors,
// the garbage collector's and the kernel's work for it included. Other programs
// on the machine do not add to it, unlike to the time on the wall.
func processorTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}
