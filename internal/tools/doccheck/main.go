// Doccheck prints every exported identifier without a doc comment in the
// package directories given as arguments, and every package without one. It
// exits with 1 if there are any.
//
// staticcheck judges the form of the comments that exist (ST1000, ST1020 to
// ST1022) and does not miss those that do not.
package main

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	found := 0
	for _, dir := range os.Args[1:] {
		missing, err := undocumented(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, "doccheck:", err)
			os.Exit(2)
		}
		for _, m := range missing {
			fmt.Println(m)
			found++
		}
	}
	if found > 0 {
		fmt.Fprintf(os.Stderr, "doccheck: %d without a doc comment\n", found)
		os.Exit(1)
	}
}

// undocumented returns what lacks a comment in the package of a directory, as
// file:line: name.
func undocumented(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, nil // tests alone
	}
	p, err := doc.NewFromFiles(fset, files, dir)
	if err != nil {
		return nil, err
	}

	var missing []string
	report := func(at token.Pos, what string) {
		missing = append(missing, fmt.Sprintf("%v: %s", fset.Position(at), what))
	}
	if p.Doc == "" {
		report(files[0].Package, "package "+p.Name)
	}
	values := func(vs []*doc.Value) {
		for _, v := range vs {
			for _, s := range v.Decl.Specs {
				// The comment of a group is one for each of its names.
				if s := s.(*ast.ValueSpec); v.Doc == "" && s.Doc.Text() == "" && s.Comment.Text() == "" {
					report(s.Pos(), s.Names[0].Name)
				}
			}
		}
	}
	funcs := func(fs []*doc.Func) {
		for _, f := range fs {
			// What an error's text is, its type says.
			if f.Doc == "" && !(f.Recv != "" && f.Name == "Error") {
				report(f.Decl.Pos(), strings.TrimPrefix(f.Recv+"."+f.Name, "."))
			}
		}
	}
	values(p.Consts)
	values(p.Vars)
	funcs(p.Funcs)
	for _, t := range p.Types {
		if t.Doc == "" {
			report(t.Decl.Pos(), t.Name)
		}
		values(t.Consts)
		values(t.Vars)
		funcs(t.Funcs)
		funcs(t.Methods)
	}
	return missing, nil
}
