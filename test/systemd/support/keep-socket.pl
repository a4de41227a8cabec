# Does what systemd does with a socket unit and its service (Restart=always):
#   keep-socket.pl PATH MODE NAME COMMAND…
# makes the socket and keeps it, starts the command at the first connection with the socket passed under that name, and
# starts it again a moment after it has ended. Prints the process id at each start.
use strict;
use warnings;
use IO::Socket::UNIX;
use POSIX ();

my ($path, $mode, $name, @command) = @ARGV;
umask 0177;
my $socket = IO::Socket::UNIX->new(Local => $path, Listen => 4096) or die "$path: $!";
chmod oct $mode, $path;
$| = 1;
print "listening\n";
vec(my $readable = '', fileno $socket, 1) = 1;
select $readable, undef, undef, undef;
my $child;
$SIG{TERM} = sub { kill 'KILL', $child if $child; exit 0 };
while (1) {
  $child = fork;
  if ($child == 0) {
    # Descriptor 3, and open across exec.
    POSIX::dup2(fileno $socket, 3) if fileno $socket != 3;
    require Fcntl;
    open my $passed, '+<&=', 3;
    fcntl $passed, Fcntl::F_SETFD(), 0;
    @ENV{qw(LISTEN_PID LISTEN_FDS LISTEN_FDNAMES)} = ($$, 1, $name);
    exec @command;
  }
  print "started $child\n";
  waitpid $child, 0;
  select undef, undef, undef, 0.2;
}
