# Stands in for systemd's end of sd_notify(3), for which Node has no sockets (datagrams of the Unix domain):
#   receive-notifications.pl ADDRESS [SOCKET…]
# binds ADDRESS ("@name": an abstract one) and prints each message as a line, its assignments separated by tabs, before
# them the number of SOCKETs that took no connection in the moment the message came.
use strict;
use warnings;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);

my ($address, @probes) = @ARGV;
$address =~ s/^@/\0/;
my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $address) or die "$address: $!";
$| = 1;
print "listening\n";
# The descriptor that comes with BARRIER=1 is not taken, so the kernel closes it: that is the answer the sender waits for.
while (defined $socket->recv(my $message, 65536)) {
  my $closed = grep { !IO::Socket::UNIX->new(Peer => $_) } @probes;
  $message =~ s/\n+\z//;
  $message =~ s/\n/\t/g;
  print "$closed\t$message\n";
}
