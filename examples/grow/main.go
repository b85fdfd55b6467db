// Grow takes a fleet through a year: one spec after the other, each evolved
// from the plan before, so that nothing that serves has to move. It prints each
// step as a reviewer would want to see it: what changes, what has to be done to
// clusters that run, and how full the pools are then.
//
//	go run ./examples/grow [-f FILE|DIR] [-json]
//
// Without -f it is the year beside it. A year is a file of steps, with the spec
// files that they name beside it; see year/steps.json. Of a directory the file
// is steps.json. A step that is refused changes nothing, and the next goes on
// from what there was.
//
// What is wrong with files goes to standard error. The exit code is then 1, also
// where a step is refused that does not say so, or the other way round, and 2
// for wrong arguments.
package main

import (
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed year
var year embed.FS

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("grow", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("f", "", "`FILE` of steps, or directory with steps.json (default: the embedded year)")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "grow: %v: want -f and -json, and no other arguments\n", flags.Args())
		return 2
	}
	write := writeText
	if *asJSON {
		write = writeJSON
	}
	if err := grow(*file, stdout, write); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// grow goes through the year of a file and writes it.
func grow(file string, to io.Writer, write func(io.Writer, *history) error) error {
	var files fs.FS = year
	dir, name := "year", stepsFile
	if file != "" {
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("grow: %w", err)
		}
		root := file
		if !info.IsDir() {
			root, name = filepath.Split(file)
		}
		files, dir = os.DirFS(filepath.Clean(root)), "."
	}
	steps, err := readSteps(files, dir, name)
	if err != nil {
		if file != "" {
			return fmt.Errorf("%s: %w", file, err)
		}
		return err
	}
	h, err := goThrough(steps)
	if err := errors.Join(err, write(to, h)); err != nil {
		return err
	}
	return nil
}
