import Glibc

/// What a failed system call says, in words.
func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
