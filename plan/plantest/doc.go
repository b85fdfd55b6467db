// Package plantest is for the tests of programs that plan addresses with
// package plan. It has two halves.
//
// Assertions hold a plan that a project keeps to what it must keep to.
// [Check] proves it from the outside, with its capacity, its JSON and its
// flags. [Unmoved] compares it with the one before. [UpToDate] says whether the
// plan in the repository is that of the spec beside it, and [Fits] whether the
// next cluster still finds a place. [Disjoint] is for prefixes that come from
// somewhere else. They fail with one line for each thing that is wrong, and
// take a *testing.T as well as a *rapid.T.
//
// Generators, for pgregory.net/rapid, draw what a program may meet: [Prefixes],
// [Specs], [Plans], and [Edits] of a spec, from which histories are made.
//
// Like all of the library but its examples it reads no file: what is in the
// repository comes in as bytes or values, from os.ReadFile or package
// planfile.
package plantest
