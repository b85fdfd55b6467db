// Quickstart is the program that the README shows.
package main
