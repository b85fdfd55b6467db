package main

import (
	"runtime"
	"slices"
	"time"
)

// settings are how long and how often to measure.
type settings struct {
	runs   int           // samples, of which the median counts
	sample time.Duration // a run that is shorter is repeated until it takes so long
	budget time.Duration // of one contender at one size
}

// A cost is what one element takes.
type cost struct {
	ns            float64
	allocs, bytes float64
}

// first does a job once, before anything is measured: it warms up, is what the
// answer is checked with, and says how long a run takes.
func first(j job) (took time.Duration, allocs, bytes float64) {
	if j.reset != nil {
		j.reset()
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := processorTime()
	j.run()
	took = processorTime() - start
	runtime.ReadMemStats(&after)
	return took, float64(after.Mallocs - before.Mallocs), float64(after.TotalAlloc - before.TotalAlloc)
}

// measure runs a job until it has the samples that are asked for or the budget
// is spent, and returns their median. Before every sample the garbage of the
// last one is collected, and what a job leaves to the collector while it runs
// is counted: the clock is the processor time of the whole process. What is
// known is how long a run took, and how long with all that is not timed.
func measure(j job, took, whole time.Duration, runs int, s settings) time.Duration {
	if whole > s.budget {
		return took
	}
	repeat := 1
	if took < s.sample {
		repeat = int(s.sample/max(took, time.Microsecond)) + 1
		repeat = min(repeat, int(s.budget/max(whole, time.Microsecond))+1, 20_000)
	}
	var samples []time.Duration
	began := time.Now()
	for len(samples) < runs && (len(samples) == 0 || time.Since(began) < s.budget) {
		runtime.GC()
		took = 0
		for range repeat {
			took += timed(j)
		}
		samples = append(samples, took/time.Duration(repeat))
	}
	slices.Sort(samples)
	return (samples[len(samples)/2] + samples[(len(samples)-1)/2]) / 2
}

// timed does a job once. Only run is counted, not what reset does before.
func timed(j job) time.Duration {
	if j.reset != nil {
		j.reset()
	}
	start := processorTime()
	j.run()
	return processorTime() - start
}
