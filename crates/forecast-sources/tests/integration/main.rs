//! Behaviour of both sources against small servers on loopback that play each fault.
