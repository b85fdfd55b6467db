package plantest

// TB is what the assertions need of a test. Every testing.TB is one, and so is
// *rapid.T.
type TB interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}
