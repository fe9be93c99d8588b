# Perl's own HTTP client, HTTP::Tiny, which keeps its connection: one image as a form, a batch as JSON.
use strict;
use warnings;
use HTTP::Tiny;
use JSON::PP;
use MIME::Base64 qw(encode_base64);

my ( $url, $key, $path ) = @ARGV;
open my $file, '<:raw', $path or die "$path: $!";
my $image = do { local $/; <$file> };
my $client = HTTP::Tiny->new( keep_alive => 1 );
my %bearer = ( Authorization => "Bearer $key" );

sub ask {
    my ( $method, $target, $body, %headers ) = @_;
    my %options = ( headers => \%headers, defined $body ? ( content => $body ) : () );
    return decode_json( $client->request( $method, $url . $target, \%options )->{content} );
}

my $form = join "\r\n", '--tiny', 'Content-Disposition: form-data; name="image"; filename="a.jpg"',
  'Content-Type: image/jpeg', '', $image, '--tiny', 'Content-Disposition: form-data; name="include_heatmap"', '', 'true',
  '--tiny--', '';
my %multipart = ( 'Content-Type' => 'multipart/form-data; boundary=tiny' );
my $batch = encode_json( { images => [ { image_base64 => encode_base64( $image, '' ) }, { image_base64 => '?' } ] } );
print encode_json(
    {
        version => "Perl $^V, HTTP::Tiny $HTTP::Tiny::VERSION",
        detect  => ask( 'POST', '/v1/detect', $form, %bearer, %multipart ),
        refused => ask( 'POST', '/v1/detect', $form, %multipart ),
        batch   => ask( 'POST', '/v1/detect/batch', $batch, %bearer, 'Content-Type' => 'application/json' ),
        usage   => ask( 'GET', '/v1/usage', undef, %bearer ),
    }
);
