import CCurl

/// TLS options made ready for libcurl, which does not copy a certificate given as text: it lives as long as this value.
struct PreparedTLS {
    private let tls: TLSOptions
    private let authorities: StableBytes?
    private let certificate: StableBytes?
    private let key: StableBytes?

    init(_ tls: TLSOptions) {
        self.tls = tls
        authorities = tls.authorities?.pem
        certificate = tls.certificate?.pem
        key = tls.key?.pem
    }

    func apply(to options: inout CurlOptions) {
        // Debian's libcurl trusts the directory /etc/ssl/certs beside the file it is given. Without the directory only the
        // file counts, and only then does curl keep the parsed authorities instead of reading them for each connection
        // (`cache_criteria_met` in lib/vtls/openssl.c). Five minutes, since it does not notice a changed file.
        options.set(CURLOPT_CAPATH, nil)
        options.set(CURLOPT_CA_CACHE_TIMEOUT, 300)
        options.set(tls.authorities, authorities, file: CURLOPT_CAINFO, blob: CURLOPT_CAINFO_BLOB)
        options.set(tls.certificate, certificate, file: CURLOPT_SSLCERT, blob: CURLOPT_SSLCERT_BLOB)
        options.set(tls.key, key, file: CURLOPT_SSLKEY, blob: CURLOPT_SSLKEY_BLOB)
        options.set(CURLOPT_SSLVERSION, tls.minimumVersion.asMinimum | (tls.maximumVersion?.asMaximum ?? 0))
        if tls.skipsVerification {
            options.set(CURLOPT_SSL_VERIFYPEER, 0)
            options.set(CURLOPT_SSL_VERIFYHOST, 0)
        }
    }
}

extension TLSMaterial {
    fileprivate var pem: StableBytes? {
        guard case .pem(let bytes) = self else { return nil }
        return StableBytes(bytes)
    }
}

extension TLSVersion {
    fileprivate var asMinimum: Int {
        switch self {
        case .tls10: CURL_SSLVERSION_TLSv1_0
        case .tls11: CURL_SSLVERSION_TLSv1_1
        case .tls12: CURL_SSLVERSION_TLSv1_2
        case .tls13: CURL_SSLVERSION_TLSv1_3
        }
    }
    /// `CURL_SSLVERSION_MAX_…`: the same numbers, 16 bits further up.
    fileprivate var asMaximum: Int { asMinimum << 16 }
}
