// Generated from api/openapi.yaml by `npm run generate`; edit that.
export type paths = {
    "/v1/detect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Judge one image
         * @description The image comes by exactly one of `image_url`, `image_base64`, a multipart part `image`, a MessagePack field `image`,
         *     or as the body itself with the options as query parameters.
         */
        post: operations["detect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/detect/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Judge 1 to 100 images
         * @description One bad image never fails the others: it gets an error in its place. Counts as one request, and as one scan for each
         *     image that got a verdict; the same image twice in a batch is one scan. In multipart the options stand before the
         *     first image.
         */
        post: operations["detectBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/forensics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Measure traces of manipulation
         * @description The image comes as for `/v1/detect`. Costs one scan. docs/forensics.md defines each figure with its unit and range;
         *     statistics are always those of the full resolution, whatever the size of the maps.
         */
        post: operations["forensics"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/c2pa/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify an image's Content Credentials
         * @description The image comes as for `/v1/detect`; AVIF is read here too. Costs no scan. `invalid` is a verdict, not an error.
         *     `trusted` means unchanged and signed by somebody on a trust list; `valid` alone means unchanged, and anybody can sign.
         */
        post: operations["c2paVerify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the project has used this month */
        get: operations["usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the project's keys, newest first */
        get: operations["listKeys"];
        put?: never;
        /** Create a key */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** One key */
        get: operations["getKey"];
        put?: never;
        post?: never;
        /** End a key at once, for good */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace a key
         * @description The new key has the old one's settings; the old one works for `grace_seconds` more.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the models */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** One model with its card */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/{id}.png": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /**
         * A heatmap or forensic picture
         * @description Needs no key; the URL itself, as an answer gave it, is the permission until it expires.
         */
        get: operations["getArtifactPicture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/{id}.html": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /**
         * A report
         * @description Needs no key; the URL itself, as an answer gave it, is the permission until it expires.
         */
        get: operations["getArtifactReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** State of the server and its parts */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process answers */
        get: operations["livez"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server takes work */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics for Prometheus
         * @description Open, unless the server was given a token of its own for it (`AIDET_METRICS_TOKEN`).
         */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document, to read and to try */
        get: operations["docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: string;
            };
            cookie?: never;
        };
        /** Scripts and styles of that page */
        get: operations["docsFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
};
export type webhooks = Record<string, never>;
export type components = {
    schemas: {
        /**
         * @description Answer `model_attribution`.
         * @default false
         */
        IncludeAttribution: boolean;
        /**
         * @description Answer `heatmap_url` and `heatmap`.
         * @default false
         */
        IncludeHeatmap: boolean;
        /**
         * @description Answer `forensics`, the object of /v1/forensics.
         * @default false
         */
        IncludeForensics: boolean;
        /**
         * @description With `include_heatmap`, `heatmap_url` is a data URL and nothing is stored.
         * @default false
         */
        HeatmapInline: boolean;
        /** @description The verdict is `ai_generated` from this `ai_probability` on; by default the model's own. */
        ModelThreshold: number;
        /** @description Id from /v1/models; by default the active one. */
        ModelId: string;
        /** @description Echoed in the answer; at most 4 KB as JSON. */
        Metadata: {
            [key: string]: unknown;
        };
        /** @description http or https, without credentials, ports 80 and 443. */
        ImageUrl: string;
        /** @description Standard or URL-safe alphabet, padding optional, `data:` prefix allowed. */
        ImageBase64: string;
        DetectRequest: {
            image_url?: components["schemas"]["ImageUrl"];
            image_base64?: components["schemas"]["ImageBase64"];
            include_attribution?: components["schemas"]["IncludeAttribution"];
            include_heatmap?: components["schemas"]["IncludeHeatmap"];
            include_forensics?: components["schemas"]["IncludeForensics"];
            heatmap_inline?: components["schemas"]["HeatmapInline"];
            model_threshold?: components["schemas"]["ModelThreshold"];
            metadata?: components["schemas"]["Metadata"];
            model?: components["schemas"]["ModelId"];
        } & (unknown | unknown);
        /** @description In a form the options are text parts, `metadata` as JSON. */
        DetectBinaryRequest: {
            /**
             * Format: binary
             * @description The image file.
             */
            image?: string;
            image_url?: components["schemas"]["ImageUrl"];
            image_base64?: components["schemas"]["ImageBase64"];
            include_attribution?: components["schemas"]["IncludeAttribution"];
            include_heatmap?: components["schemas"]["IncludeHeatmap"];
            include_forensics?: components["schemas"]["IncludeForensics"];
            heatmap_inline?: components["schemas"]["HeatmapInline"];
            model_threshold?: components["schemas"]["ModelThreshold"];
            metadata?: components["schemas"]["Metadata"];
            model?: components["schemas"]["ModelId"];
        };
        ImageRequest: {
            image_url?: components["schemas"]["ImageUrl"];
            image_base64?: components["schemas"]["ImageBase64"];
        } & (unknown | unknown);
        ImageBinaryRequest: {
            /**
             * Format: binary
             * @description The image file.
             */
            image?: string;
            image_url?: components["schemas"]["ImageUrl"];
            image_base64?: components["schemas"]["ImageBase64"];
        };
        /**
         * @description Quality of the round trip of the error level.
         * @default 90
         */
        ElaQuality: number;
        /**
         * @description Draw the maps.
         * @default true
         */
        Maps: boolean;
        /**
         * @description Long side of the maps.
         * @default 1024
         */
        MapMaxPx: number;
        /**
         * @description Draw the maps of error level and noise over the dimmed image.
         * @default false
         */
        Overlay: boolean;
        /**
         * @description Write the printable report.
         * @default false
         */
        Report: boolean;
        ForensicsRequest: {
            image_url?: components["schemas"]["ImageUrl"];
            image_base64?: components["schemas"]["ImageBase64"];
            ela_quality?: components["schemas"]["ElaQuality"];
            maps?: components["schemas"]["Maps"];
            map_max_px?: components["schemas"]["MapMaxPx"];
            overlay?: components["schemas"]["Overlay"];
            report?: components["schemas"]["Report"];
        } & (unknown | unknown);
        ForensicsBinaryRequest: {
            /**
             * Format: binary
             * @description The image file.
             */
            image?: string;
            image_url?: components["schemas"]["ImageUrl"];
            image_base64?: components["schemas"]["ImageBase64"];
            ela_quality?: components["schemas"]["ElaQuality"];
            maps?: components["schemas"]["Maps"];
            map_max_px?: components["schemas"]["MapMaxPx"];
            overlay?: components["schemas"]["Overlay"];
            report?: components["schemas"]["Report"];
        };
        ForensicsOptions: {
            ela_quality?: components["schemas"]["ElaQuality"];
            maps?: components["schemas"]["Maps"];
            map_max_px?: components["schemas"]["MapMaxPx"];
            overlay?: components["schemas"]["Overlay"];
            report?: components["schemas"]["Report"];
        };
        /** @description Nothing beside the image. */
        NoOptions: Record<string, never>;
        /** @description Everything of a request for a verdict but its image. */
        DetectOptions: {
            include_attribution?: components["schemas"]["IncludeAttribution"];
            include_heatmap?: components["schemas"]["IncludeHeatmap"];
            include_forensics?: components["schemas"]["IncludeForensics"];
            heatmap_inline?: components["schemas"]["HeatmapInline"];
            model_threshold?: components["schemas"]["ModelThreshold"];
            metadata?: components["schemas"]["Metadata"];
            model?: components["schemas"]["ModelId"];
        };
        /** @description Options of detect, for all images of a batch. */
        BatchOptions: {
            include_attribution?: components["schemas"]["IncludeAttribution"];
            include_heatmap?: components["schemas"]["IncludeHeatmap"];
            include_forensics?: components["schemas"]["IncludeForensics"];
            heatmap_inline?: components["schemas"]["HeatmapInline"];
            model_threshold?: components["schemas"]["ModelThreshold"];
            metadata?: components["schemas"]["Metadata"];
            model?: components["schemas"]["ModelId"];
        };
        BatchRequest: {
            images: components["schemas"]["BatchImage"][];
            include_attribution?: components["schemas"]["IncludeAttribution"];
            include_heatmap?: components["schemas"]["IncludeHeatmap"];
            include_forensics?: components["schemas"]["IncludeForensics"];
            heatmap_inline?: components["schemas"]["HeatmapInline"];
            model_threshold?: components["schemas"]["ModelThreshold"];
            metadata?: components["schemas"]["Metadata"];
            model?: components["schemas"]["ModelId"];
        };
        BatchImage: {
            image_url?: components["schemas"]["ImageUrl"];
            image_base64?: components["schemas"]["ImageBase64"];
            id?: components["schemas"]["BatchImageId"];
            metadata?: components["schemas"]["Metadata"];
        } & (unknown | unknown);
        /** @description Yours; echoed. */
        BatchImageId: string;
        /** @description What an image of a batch has beside its source. */
        BatchImageFields: {
            id?: components["schemas"]["BatchImageId"];
            metadata?: components["schemas"]["Metadata"];
        };
        BatchBinaryRequest: {
            images: {
                /** Format: binary */
                image?: string;
                image_url?: components["schemas"]["ImageUrl"];
                image_base64?: components["schemas"]["ImageBase64"];
                id?: components["schemas"]["BatchImageId"];
                metadata?: components["schemas"]["Metadata"];
            }[];
            include_attribution?: components["schemas"]["IncludeAttribution"];
            include_heatmap?: components["schemas"]["IncludeHeatmap"];
            include_forensics?: components["schemas"]["IncludeForensics"];
            heatmap_inline?: components["schemas"]["HeatmapInline"];
            model_threshold?: components["schemas"]["ModelThreshold"];
            metadata?: components["schemas"]["Metadata"];
            model?: components["schemas"]["ModelId"];
        };
        BatchForm: {
            include_attribution?: components["schemas"]["IncludeAttribution"];
            include_heatmap?: components["schemas"]["IncludeHeatmap"];
            include_forensics?: components["schemas"]["IncludeForensics"];
            heatmap_inline?: components["schemas"]["HeatmapInline"];
            model_threshold?: components["schemas"]["ModelThreshold"];
            metadata?: components["schemas"]["Metadata"];
            model?: components["schemas"]["ModelId"];
            images: string[];
        };
        Probability: number;
        /** @enum {string} */
        Verdict: "ai_generated" | "authentic";
        /** @description Generators, likeliest first, and their shares, sum 1; empty where authentic, null unless asked for. Keys are ids of api/generators.json. */
        Attribution: {
            [key: string]: components["schemas"]["Probability"];
        } | null;
        Detection: {
            verdict: components["schemas"]["Verdict"];
            /** @description Probability of the verdict given. */
            confidence: components["schemas"]["Probability"];
            model_attribution: components["schemas"]["Attribution"];
            /** @description Signed and expiring; null unless asked for. */
            heatmap_url: string | null;
            c2pa_manifest_present: boolean;
            /** @description Yours. */
            metadata: {
                [key: string]: unknown;
            };
            request_id: string;
            latency_ms: number;
            ai_probability: components["schemas"]["Probability"];
            /** @description The network's own, whatever other evidence says. */
            model_probability: components["schemas"]["Probability"];
            threshold: components["schemas"]["Probability"];
            reliability: components["schemas"]["Reliability"];
            stability?: components["schemas"]["Stability"];
            /** @enum {string} */
            decided_by: "model" | "c2pa" | "metadata" | "watermark";
            provenance: components["schemas"]["Evidence"][];
            heatmap: components["schemas"]["Heatmap"];
            forensics?: components["schemas"]["Forensics"];
            image: components["schemas"]["ImageInfo"];
            model: components["schemas"]["ModelRef"];
            /** @description From the verdict cache: the same figures, at no cost in time. */
            cached: boolean;
            livemode: boolean;
        };
        Reliability: {
            /** @enum {string} */
            level: "low" | "medium" | "high";
            reasons: string[];
        };
        Stability: {
            looks: number;
            min: components["schemas"]["Probability"];
            max: components["schemas"]["Probability"];
            agree: boolean;
        };
        Evidence: {
            /** @enum {string} */
            kind: "c2pa" | "metadata" | "watermark" | "camera";
            /** @description Where in the file. */
            source: string;
            trace: string;
            generator: string | null;
            /** @enum {string} */
            claim: "ai_generated" | "ai_edited" | "camera";
            verified: boolean;
            explanation: string;
        };
        /** @description AI probability of each cell of the upright image, row by row; null cells were not looked at. Null unless asked for. */
        Heatmap: {
            rows: number;
            cols: number;
            cell_px: number;
            coverage: components["schemas"]["Probability"];
            values: (number | null)[][];
            regions: {
                x: number;
                y: number;
                width: number;
                height: number;
                score: components["schemas"]["Probability"];
            }[];
        } | null;
        ImageInfo: {
            sha256: string;
            /** @enum {string} */
            format: "jpeg" | "png" | "webp" | "heic" | "gif" | "bmp" | "tiff";
            /** @description Of the upright image. */
            width: number;
            height: number;
            bytes: number;
            pages: number;
        };
        ModelRef: {
            id: string;
            version: string;
        };
        /** @description docs/forensics.md defines each figure. */
        Forensics: {
            ela: {
                quality: number;
                /** @enum {string} */
                subsampling: "4:4:4" | "4:2:0";
                mean: number;
                p95: number;
                inconsistency: components["schemas"]["Probability"];
            };
            frequency: {
                block_px: number;
                blocks: number;
                slope: number | null;
                anisotropy: number | null;
                upsampling: {
                    half: number;
                    quarter: number;
                    eighth: number;
                } | null;
                peaks: {
                    fx: number;
                    fy: number;
                    period_px: number;
                    significance: number;
                }[];
                radial_profile: number[];
                resampling: {
                    x: components["schemas"]["Resampling"];
                    y: components["schemas"]["Resampling"];
                };
            };
            noise: {
                sigma: number;
                kurtosis: number;
                inconsistency: components["schemas"]["Probability"];
            };
            jpeg: components["schemas"]["JpegHistory"];
            metadata_findings: {
                code: string;
                severity: components["schemas"]["Severity"];
                source: string;
                message: string;
            }[];
            artifacts: {
                ela_url: string | null;
                spectrum_url: string | null;
                noise_url: string | null;
                report_url: string | null;
            };
            summary: {
                manipulation_score: components["schemas"]["Probability"];
                findings: {
                    code: string;
                    severity: components["schemas"]["Severity"];
                    message: string;
                    region?: {
                        x: number;
                        y: number;
                        width: number;
                        height: number;
                    };
                }[];
            };
            image: components["schemas"]["ImageInfo"];
        };
        ForensicsAnswer: {
            ela: {
                quality: number;
                /** @enum {string} */
                subsampling: "4:4:4" | "4:2:0";
                mean: number;
                p95: number;
                inconsistency: components["schemas"]["Probability"];
            };
            frequency: {
                block_px: number;
                blocks: number;
                slope: number | null;
                anisotropy: number | null;
                upsampling: {
                    half: number;
                    quarter: number;
                    eighth: number;
                } | null;
                peaks: {
                    fx: number;
                    fy: number;
                    period_px: number;
                    significance: number;
                }[];
                radial_profile: number[];
                resampling: {
                    x: components["schemas"]["Resampling"];
                    y: components["schemas"]["Resampling"];
                };
            };
            noise: {
                sigma: number;
                kurtosis: number;
                inconsistency: components["schemas"]["Probability"];
            };
            jpeg: components["schemas"]["JpegHistory"];
            metadata_findings: {
                code: string;
                severity: components["schemas"]["Severity"];
                source: string;
                message: string;
            }[];
            artifacts: {
                ela_url: string | null;
                spectrum_url: string | null;
                noise_url: string | null;
                report_url: string | null;
            };
            summary: {
                manipulation_score: components["schemas"]["Probability"];
                findings: {
                    code: string;
                    severity: components["schemas"]["Severity"];
                    message: string;
                    region?: {
                        x: number;
                        y: number;
                        width: number;
                        height: number;
                    };
                }[];
            };
            image: components["schemas"]["ImageInfo"];
            request_id: string;
            latency_ms: number;
        };
        /** @enum {string} */
        Severity: "info" | "low" | "medium" | "high";
        Resampling: {
            frequency: number;
            significance: number;
            factors: number[];
        };
        JpegHistory: {
            /** @enum {string} */
            source: "file" | "pixels";
            quality: number | null;
            standard_tables: boolean | null;
            luma_table: number[] | null;
            chroma_table: number[] | null;
            sampling: string | null;
            progressive: boolean | null;
            first_quality: number | null;
            double_compression: number | null;
            ghosts: {
                quality: number;
                error: number;
            }[];
            ghost_minima: {
                quality: number;
                depth: number;
            }[];
            grid: {
                x: number;
                y: number;
                significance: number;
            };
        } | null;
        C2paReport: {
            c2pa_manifest_present: boolean;
            validation_state: components["schemas"]["C2paState"];
            active_manifest: null | components["schemas"]["C2paManifest"];
            validation: components["schemas"]["C2paFinding"][];
            /** @description The list that the signer was found on. */
            trust_list: {
                source: string;
                updated_at: string;
            } | null;
            /** @description Reported and never fetched. */
            remote_manifest_url: string | null;
            request_id: string;
            latency_ms: number;
        };
        /** @enum {string|null} */
        C2paState: "trusted" | "valid" | "invalid" | null;
        C2paFinding: {
            code: string;
            /** @enum {string} */
            severity: "success" | "informational" | "failure";
            explanation: string | null;
            url: string | null;
        };
        C2paManifest: {
            label: string;
            title: string | null;
            claim_generator: string | null;
            signer: {
                common_name: string | null;
                organization: string | null;
                issuer: string | null;
                algorithm: string | null;
                valid_from: string | null;
                valid_to: string | null;
            } | null;
            signed_at: string | null;
            actions: {
                action: string;
                when: string | null;
                software_agent: string | null;
                digital_source_type: string | null;
                description: string | null;
            }[];
            digital_source_type: string | null;
            ingredients: components["schemas"]["C2paIngredient"][];
            ai_disclosure: {
                ai_generated: boolean;
                ai_edited: boolean;
                training_allowed: boolean | null;
            };
        };
        C2paIngredient: {
            title: string | null;
            format: string | null;
            relationship: string | null;
            instance_id: string | null;
            manifest: string | null;
            claim_generator: string | null;
            digital_source_type: string | null;
            validation_state: components["schemas"]["C2paState"];
            validation: components["schemas"]["C2paFinding"][];
            ingredients: components["schemas"]["C2paIngredient"][];
        };
        BatchAnswer: {
            results: (components["schemas"]["BatchSuccess"] | components["schemas"]["BatchFailure"])[];
            summary: {
                total: number;
                succeeded: number;
                failed: number;
                ai_generated: number;
                authentic: number;
            };
            request_id: string;
            latency_ms: number;
        };
        BatchSuccess: {
            index: number;
            id: string | null;
            /** @constant */
            status: "ok";
            verdict?: components["schemas"]["Verdict"];
            /** @description Probability of the verdict given. */
            confidence?: components["schemas"]["Probability"];
            model_attribution?: components["schemas"]["Attribution"];
            /** @description Signed and expiring; null unless asked for. */
            heatmap_url?: string | null;
            c2pa_manifest_present?: boolean;
            /** @description Yours. */
            metadata?: {
                [key: string]: unknown;
            };
            request_id?: string;
            latency_ms?: number;
            ai_probability?: components["schemas"]["Probability"];
            /** @description The network's own, whatever other evidence says. */
            model_probability?: components["schemas"]["Probability"];
            threshold?: components["schemas"]["Probability"];
            reliability?: components["schemas"]["Reliability"];
            stability?: components["schemas"]["Stability"];
            /** @enum {string} */
            decided_by?: "model" | "c2pa" | "metadata" | "watermark";
            provenance?: components["schemas"]["Evidence"][];
            heatmap?: components["schemas"]["Heatmap"];
            forensics?: components["schemas"]["Forensics"];
            image?: components["schemas"]["ImageInfo"];
            model?: components["schemas"]["ModelRef"];
            /** @description From the verdict cache: the same figures, at no cost in time. */
            cached?: boolean;
            livemode?: boolean;
        };
        BatchFailure: {
            index: number;
            id: string | null;
            /** @constant */
            status: "error";
            error: components["schemas"]["ErrorBody"];
        };
        Error: {
            error: components["schemas"]["ErrorBody"];
        };
        ErrorBody: {
            /** @enum {string} */
            code: "invalid_request" | "image_too_large" | "image_unsupported_format" | "unauthorized" | "payment_required" | "forbidden" | "not_found" | "image_unfetchable" | "rate_limited" | "internal_error" | "service_unavailable";
            message: string;
            /** @description The field at fault. */
            param?: string;
            request_id: string;
            status_page?: string;
        };
        Usage: {
            project: string;
            plan: string;
            period: {
                start: string;
                end: string;
            };
            scans: {
                used: number;
                /** @description null: unlimited. */
                quota: number | null;
                remaining: number | null;
            };
            /** @description By endpoint. */
            requests: {
                [key: string]: number;
            };
            rate_limit: {
                sustained_rps: number | null;
                burst_rps: number | null;
            };
            concurrent_batches: {
                in_flight: number;
                limit: number | null;
            };
            livemode: boolean;
            daily: {
                date: string;
                scans: number;
            }[];
        };
        CreateKeyRequest: {
            name?: string;
            /** @description By default that of the key that asks. */
            livemode?: boolean;
            /** @description Names of endpoints; `*` is all but `admin`. */
            scopes?: string[];
            /** @description CIDRs or addresses. */
            ip_allowlist?: string[];
            /** @description ISO 8601. */
            expires_at?: string | null;
        };
        RotateKeyRequest: {
            /** @default 86400 */
            grace_seconds: number;
        };
        Key: {
            id: string;
            project: string;
            name: string;
            livemode: boolean;
            prefix: string;
            last4: string;
            scopes: string[];
            ip_allowlist: string[];
            created_at: string;
            expires_at: string | null;
            revoked_at: string | null;
            /** @description Up to a second late. */
            last_used_at: string | null;
        };
        NewKey: {
            id: string;
            project?: string;
            name?: string;
            livemode?: boolean;
            prefix?: string;
            last4?: string;
            scopes?: string[];
            ip_allowlist?: string[];
            created_at?: string;
            expires_at?: string | null;
            revoked_at?: string | null;
            /** @description Up to a second late. */
            last_used_at?: string | null;
            /** @description Shown this once. */
            secret: string;
        };
        KeyList: {
            data: components["schemas"]["Key"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        Model: {
            id: string;
            version: string;
            active: boolean;
            threshold: components["schemas"]["Probability"];
            licence: string;
        };
        ModelList: {
            data: components["schemas"]["Model"][];
            has_more: boolean;
            next_cursor: string | null;
        };
        ModelDetail: {
            id: string;
            version: string;
            active: boolean;
            threshold: components["schemas"]["Probability"];
            licence: string;
            /** @description Markdown. */
            card: string | null;
            generators: {
                id: string;
                family: string;
                display_name: string | null;
                vendor: string | null;
            }[];
            /** @description Measured rates at thresholds. */
            operating_points: {
                [key: string]: unknown;
            }[];
            tile_px: number;
            tile_plan: {
                [key: string]: unknown;
            };
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "degraded" | "unavailable";
            version: string;
            commit: string | null;
            uptime_s: number;
            model: components["schemas"]["ModelRef"];
            /** @enum {string} */
            execution_provider: "cpu" | "cuda" | "tensorrt";
            checks: {
                [key: string]: "ok" | "degraded" | "unavailable";
            };
        };
        State: {
            /** @enum {string} */
            status: "ok" | "degraded" | "unavailable";
        };
    };
    responses: {
        /** @description The request is malformed; the message says where. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description The request is malformed, or the image too large, of another format, or broken. */
        BadImage: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description The request is malformed or too large; faults of single images stand in their results. */
        BadBatch: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description No key, or one that is not valid. */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description The month's quota is used up, the subscription expired, or the project suspended. */
        PaymentRequired: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description The key's scopes, allowlist or plan do not allow this. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description There is no such thing, or it is another project's. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description The image could not be fetched from its URL. */
        Unfetchable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description Too many requests, or batches at once; `Retry-After` says when to come again. */
        RateLimited: {
            headers: {
                "Retry-After": components["headers"]["retryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description A defect, logged with the request id. */
        InternalError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
        /** @description Stopping, starting, or full; `Retry-After` says when to come again. */
        Unavailable: {
            headers: {
                "Retry-After": components["headers"]["retryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/msgpack": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /** @description Makes a repeat of this request safe for 24 hours. */
        idempotencyKey: string;
        /** @description For a raw body. */
        includeAttribution: components["schemas"]["IncludeAttribution"];
        /** @description For a raw body. */
        includeHeatmap: components["schemas"]["IncludeHeatmap"];
        /** @description For a raw body. */
        includeForensics: components["schemas"]["IncludeForensics"];
        /** @description For a raw body. */
        heatmapInline: components["schemas"]["HeatmapInline"];
        /** @description For a raw body. */
        modelThreshold: components["schemas"]["ModelThreshold"];
        /** @description For a raw body; as JSON. */
        metadata: string;
        /** @description For a raw body. */
        model: components["schemas"]["ModelId"];
        /** @description Entries a page. */
        limit: number;
        /** @description `next_cursor` of the page before. */
        cursor: string;
        id: string;
        /** @description Unix second at which the URL ends. */
        exp: string;
        sig: string;
    };
    requestBodies: never;
    headers: {
        /** @description Names this request in logs; the same as `request_id`. */
        requestId: string;
        /** @description Sustained requests a second; absent where unlimited. */
        rateLimit: number;
        /** @description Requests that could be sent at once now. */
        rateRemaining: number;
        /** @description Unix second at which Remaining is back at the limit. */
        rateReset: number;
        /** @description Whole seconds to wait */
        retryAfter: number;
        /** @description `true` where an earlier answer is given again. */
        replayed: "true";
        /** @description Milliseconds of each stage. */
        serverTiming: string;
    };
    pathItems: never;
};
export type $defs = Record<string, never>;
export interface operations {
    detect: {
        parameters: {
            query?: {
                /** @description For a raw body. */
                include_attribution?: components["parameters"]["includeAttribution"];
                /** @description For a raw body. */
                include_heatmap?: components["parameters"]["includeHeatmap"];
                /** @description For a raw body. */
                include_forensics?: components["parameters"]["includeForensics"];
                /** @description For a raw body. */
                heatmap_inline?: components["parameters"]["heatmapInline"];
                /** @description For a raw body. */
                model_threshold?: components["parameters"]["modelThreshold"];
                /** @description For a raw body; as JSON. */
                metadata?: components["parameters"]["metadata"];
                /** @description For a raw body. */
                model?: components["parameters"]["model"];
            };
            header?: {
                /** @description Makes a repeat of this request safe for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DetectRequest"];
                "application/msgpack": components["schemas"]["DetectBinaryRequest"];
                "multipart/form-data": components["schemas"]["DetectBinaryRequest"];
                "image/*": string;
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The verdict. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["requestId"];
                    "X-RateLimit-Limit": components["headers"]["rateLimit"];
                    "X-RateLimit-Remaining": components["headers"]["rateRemaining"];
                    "X-RateLimit-Reset": components["headers"]["rateReset"];
                    "Idempotent-Replayed": components["headers"]["replayed"];
                    "Server-Timing": components["headers"]["serverTiming"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Detection"];
                    "application/msgpack": components["schemas"]["Detection"];
                };
            };
            400: components["responses"]["BadImage"];
            401: components["responses"]["Unauthorized"];
            402: components["responses"]["PaymentRequired"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Unfetchable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    detectBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat of this request safe for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchRequest"];
                "application/msgpack": components["schemas"]["BatchBinaryRequest"];
                "multipart/form-data": components["schemas"]["BatchForm"];
            };
        };
        responses: {
            /** @description A result for each image, in the order of the request. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["requestId"];
                    "X-RateLimit-Limit": components["headers"]["rateLimit"];
                    "X-RateLimit-Remaining": components["headers"]["rateRemaining"];
                    "X-RateLimit-Reset": components["headers"]["rateReset"];
                    "Idempotent-Replayed": components["headers"]["replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswer"];
                    "application/msgpack": components["schemas"]["BatchAnswer"];
                };
            };
            400: components["responses"]["BadBatch"];
            401: components["responses"]["Unauthorized"];
            402: components["responses"]["PaymentRequired"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    forensics: {
        parameters: {
            query?: {
                /** @description For a raw body. */
                ela_quality?: components["schemas"]["ElaQuality"];
                /** @description For a raw body. */
                maps?: components["schemas"]["Maps"];
                /** @description For a raw body. */
                map_max_px?: components["schemas"]["MapMaxPx"];
                /** @description For a raw body. */
                report?: components["schemas"]["Report"];
            };
            header?: {
                /** @description Makes a repeat of this request safe for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForensicsRequest"];
                "application/msgpack": components["schemas"]["ForensicsBinaryRequest"];
                "multipart/form-data": components["schemas"]["ForensicsBinaryRequest"];
                "image/*": string;
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Figures, findings and maps. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["requestId"];
                    "X-RateLimit-Limit": components["headers"]["rateLimit"];
                    "X-RateLimit-Remaining": components["headers"]["rateRemaining"];
                    "X-RateLimit-Reset": components["headers"]["rateReset"];
                    "Idempotent-Replayed": components["headers"]["replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForensicsAnswer"];
                    "application/msgpack": components["schemas"]["ForensicsAnswer"];
                };
            };
            400: components["responses"]["BadImage"];
            401: components["responses"]["Unauthorized"];
            402: components["responses"]["PaymentRequired"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["Unfetchable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    c2paVerify: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat of this request safe for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImageRequest"];
                "application/msgpack": components["schemas"]["ImageBinaryRequest"];
                "multipart/form-data": components["schemas"]["ImageBinaryRequest"];
                "image/*": string;
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description What the manifest says and whether it holds; `false` and nulls where there is none. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["requestId"];
                    "X-RateLimit-Limit": components["headers"]["rateLimit"];
                    "X-RateLimit-Remaining": components["headers"]["rateRemaining"];
                    "X-RateLimit-Reset": components["headers"]["rateReset"];
                    "Idempotent-Replayed": components["headers"]["replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["C2paReport"];
                    "application/msgpack": components["schemas"]["C2paReport"];
                };
            };
            400: components["responses"]["BadImage"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["Unfetchable"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    usage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Counts of the calendar month, UTC. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description Entries a page. */
                limit?: components["parameters"]["limit"];
                /** @description `next_cursor` of the page before. */
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys, without their secrets. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat of this request safe for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateKeyRequest"];
                "application/msgpack": components["schemas"]["CreateKeyRequest"];
            };
        };
        responses: {
            /** @description The new key; its secret is shown this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key, without its secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeat of this request safe for 24 hours. */
                "Idempotency-Key"?: components["parameters"]["idempotencyKey"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateKeyRequest"];
                "application/msgpack": components["schemas"]["RotateKeyRequest"];
            };
        };
        responses: {
            /** @description The new key; its secret is shown this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listModels: {
        parameters: {
            query?: {
                /** @description Entries a page. */
                limit?: components["parameters"]["limit"];
                /** @description `next_cursor` of the page before. */
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of models. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelDetail"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getArtifactPicture: {
        parameters: {
            query: {
                /** @description Unix second at which the URL ends. */
                exp: components["parameters"]["exp"];
                sig: components["parameters"]["sig"];
            };
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/png": string;
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["InternalError"];
        };
    };
    getArtifactReport: {
        parameters: {
            query: {
                /** @description Unix second at which the URL ends. */
                exp: components["parameters"]["exp"];
                sig: components["parameters"]["sig"];
            };
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["InternalError"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It works, perhaps with something missing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
            /** @description It takes no work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    livez: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["State"];
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["State"];
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
            /** @description It does not, for now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["State"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text, or OpenMetrics where `Accept` asks for it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            500: components["responses"]["InternalError"];
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
        };
    };
    docs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that needs nothing from elsewhere. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
        };
    };
    docsFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/javascript": string;
                    "text/css": string;
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["InternalError"];
        };
    };
}
